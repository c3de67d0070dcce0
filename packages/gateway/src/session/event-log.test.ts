import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

import { SseStream } from '@plugboard/protocol';
import { afterEach, describe, expect, it } from 'vitest';

import type { StreamEvent } from '../ports.ts';
import { MemorySessions } from '../testing/memory-sessions.ts';
import { EventLog, parseEventId } from './event-log.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A connection of a client, and all that it was sent once it has ended. */
async function connect(): Promise<{ connection: SseStream; text: Promise<string> }> {
  const responses = Promise.withResolvers<ServerResponse>();
  const server = createServer((_request, response) => responses.resolve(response));
  stops.push(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('a TCP server has a port');
  const text = fetch(`http://127.0.0.1:${address.port}`)
    .then((answer) => answer.text())
    .catch(() => 'cut off at the end of the test');
  return { connection: new SseStream(await responses.promise), text };
}

const session = { organizationId: 'org', idHash: Buffer.alloc(32) };

async function buildLog({ budget = Infinity, isPrimed = true } = {}) {
  const sessions = new MemorySessions();
  await sessions.store.create({
    ...session,
    agentId: 'agent',
    tokenId: 'token',
    endpoint: '',
    protocolVersion: '2025-11-25',
    client: '{}',
    logLevel: undefined,
    subscriptions: [],
  });
  let left = budget;
  const log = new EventLog({
    session,
    store: sessions.streamStore,
    name: 'stream000',
    isPrimed,
    maySpend(bytes) {
      left -= bytes;
      return left >= 0;
    },
    onError: (error) => expect.unreachable(String(error)),
  });
  const stored = (): Promise<readonly StreamEvent[]> =>
    sessions.streamStore.readAfter(session, 'stream000', -1);
  return { log, stored };
}

const message = (text: string): Buffer => Buffer.from(JSON.stringify(text));

describe('EventLog', () => {
  it('keeps nothing in the store while its client is there', async () => {
    const { log, stored } = await buildLog();
    const { connection, text } = await connect();
    log.open(connection);
    expect(log.send(message('a'))).toBe(true);
    log.answer(message('b'), { isLast: true });
    expect(log.send(message('late'))).toBe(false);
    expect(await text).toBe(
      'id: stream000_0\ndata: \n\nid: stream000_1\ndata: "a"\n\nid: stream000_2\ndata: "b"\n\n',
    );
    expect(await stored()).toEqual([]);
  });

  it('stores what may be unread when it breaks, and what follows, in order', async () => {
    const { log, stored } = await buildLog();
    const { connection } = await connect();
    log.open(connection);
    log.send(message('a'));
    log.interrupt();
    for (const text of ['b', 'c', 'd']) log.send(message(text));
    log.answer(message('e'), { isLast: true });
    await log.handOver();
    const events = (await stored()).filter(({ body }) => body.length > 0);
    expect(events.map(({ seq, body }) => `${seq} ${String(body)}`)).toEqual([
      '1 "a"',
      '2 "b"',
      '3 "c"',
      '4 "d"',
      '5 "e"',
    ]);
    expect(events.map(({ isLast }) => isLast)).toEqual([false, false, false, false, true]);
  });

  it('has nowhere to send for a client that never learned where to come back', async () => {
    const { log, stored } = await buildLog({ isPrimed: false });
    const { connection } = await connect();
    log.open(connection);
    log.interrupt();
    expect(log.canResume).toBe(false);
    expect(log.send(message('a'))).toBe(false);
    expect(await stored()).toEqual([]);
  });

  it('lets a bounded amount wait for a client that is away, and the answer always', async () => {
    const { log, stored } = await buildLog();
    const { connection } = await connect();
    log.open(connection);
    log.interrupt();
    const large = Buffer.from(`"${'x'.repeat(1024 * 1024)}"`);
    let taken = 0;
    while (taken < 100 && log.send(large)) taken += 1;
    expect(taken).toBe(3);
    log.answer(large, { isLast: true });
    await log.handOver();
    expect((await stored()).at(-1)?.isLast).toBe(true);
  });

  it('bounds how many small events wait', async () => {
    const { log } = await buildLog();
    const { connection } = await connect();
    log.open(connection);
    log.interrupt();
    let taken = 0;
    while (taken < 5000 && log.send(message('x'))) taken += 1;
    expect(taken).toBeLessThanOrEqual(1000);
  });

  it('stores nothing that its agent has no space left for', async () => {
    const { log, stored } = await buildLog({ budget: 10 });
    const { connection } = await connect();
    log.open(connection);
    log.interrupt();
    log.send(message('12345678'));
    log.answer(message('answer'), { isLast: true });
    await log.handOver();
    const bodies = (await stored()).map(({ body }) => String(body)).filter((body) => body !== '');
    expect(bodies).toEqual(['"12345678"']);
  });

  it('forgets the oldest of what is long sent, and knows that it did', async () => {
    const { log } = await buildLog();
    const { connection } = await connect();
    log.open(connection);
    for (let n = 0; n < 1500; n += 1) log.send(message('x'));
    expect([log.covers(0), log.covers(499), log.covers(500), log.covers(1500)]).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(log.covers(1501)).toBe(false);
    log.detach();
  });

  it('goes on where the client was, on its newest connection', async () => {
    const { log } = await buildLog();
    const first = await connect();
    log.open(first.connection);
    log.send(message('a'));
    log.send(message('b'));
    const second = await connect();
    log.resume(second.connection, 1);
    expect([log.isOver(first.connection), log.isOver(second.connection)]).toEqual([false, true]);
    log.answer(message('c'), { isLast: true });
    expect(await first.text).not.toContain('"c"');
    expect(await second.text).toBe('id: stream000_2\ndata: "b"\n\nid: stream000_3\ndata: "c"\n\n');
  });

  it('sends its client away with the time to come back', async () => {
    const { log } = await buildLog();
    const { connection, text } = await connect();
    log.open(connection);
    log.suspend(250);
    expect(await text).toContain('id: stream000_0\nretry: 250\ndata: \n\n');
    expect(log.send(message('kept'))).toBe(true);
  });
});

describe('parseEventId', () => {
  it.each([
    '',
    '_1',
    'a_1',
    'stream000',
    'stream000_',
    'stream000_x',
    'stream000_1_2',
    'x'.repeat(99),
  ])('knows that %j was never given out', (id) => expect(parseEventId(id)).toBeUndefined());

  it('reads stream and place', () => {
    expect(parseEventId('stream000_12')).toEqual({ stream: 'stream000', seq: 12 });
  });
});
