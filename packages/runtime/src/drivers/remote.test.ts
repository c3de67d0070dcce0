import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

import { Secret } from '@plugboard/vault';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { inlineSecrets, type InstanceSpec, type RemoteLaunch } from '../instance.ts';
import { buildSupervisor } from '../testing/build-supervisor.ts';
import type { RunningServer } from './driver.ts';
import { createRemoteDriver } from './remote.ts';

interface Message {
  readonly id?: number;
  readonly method: string;
  readonly params?: { readonly protocolVersion?: string };
}

let server: Server;
let origin: string;
let seen: IncomingHttpHeaders[];
let deleted: number;
const running: RunningServer[] = [];

beforeEach(async () => {
  seen = [];
  deleted = 0;
  let events: ServerResponse | undefined;
  server = createServer((request, response) => {
    void (async () => {
      seen.push(request.headers);
      if (request.url === '/sse') {
        events = response.writeHead(200, { 'content-type': 'text/event-stream' });
        events.write('event: endpoint\ndata: /messages\n\n');
        return;
      }
      if (request.method === 'DELETE') deleted += 1;
      if (request.method !== 'POST') {
        response.writeHead(request.method === 'DELETE' ? 200 : 405).end();
        return;
      }
      if (request.url === '/denied') {
        response.writeHead(401).end('token tok_secret is wrong');
        return;
      }
      const answer = answerTo(JSON.parse(await text(request)));
      if (request.url === '/messages') {
        response.writeHead(202).end();
        if (answer) events?.write(`event: message\ndata: ${answer}\n\n`);
      } else if (answer) {
        response
          .writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 's-1' })
          .end(answer);
      } else response.writeHead(202).end();
    })();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  origin = `http://127.0.0.1:${address.port}`;
});

afterEach(async () => {
  await Promise.all(running.splice(0).map(async (each) => each.stop(100)));
  server.closeAllConnections();
  server.close();
});

function answerTo({ id, method, params }: Message): string | undefined {
  if (id === undefined) return undefined;
  const result =
    method === 'initialize'
      ? {
          protocolVersion: params?.protocolVersion,
          capabilities: {},
          serverInfo: { name: 'far', version: '1' },
        }
      : { method };
  return JSON.stringify({ jsonrpc: '2.0', id, result });
}

function buildSpec(launch: Partial<RemoteLaunch>): InstanceSpec & { launch: RemoteLaunch } {
  return {
    id: 'i-1',
    organizationId: 'o-1',
    slug: 'far',
    idleMs: 0,
    startTimeoutMs: 20_000,
    listed: true,
    launch: {
      driver: 'remote',
      transport: 'streamable-http',
      url: `${origin}/mcp`,
      headers: {},
      allowPrivateNetwork: true,
      ...launch,
    },
  };
}

async function start(
  launch: Partial<RemoteLaunch>,
  secrets: Readonly<Record<string, Secret>> = {},
  signal = new AbortController().signal,
): Promise<RunningServer> {
  const driver = createRemoteDriver();
  const spec = buildSpec(launch);
  const injection = { secrets: inlineSecrets(spec.launch, secrets) };
  const started = await driver.start(spec, injection, { onStderr() {}, signal });
  running.push(started);
  return started;
}

const options = { clientInfo: { name: 'plugboard', version: '0' }, initializeTimeoutMs: 20_000 };

describe('createRemoteDriver', () => {
  it.each([
    ['streamable-http', '/mcp'],
    ['sse', '/sse'],
  ] as const)('speaks %s, with plain and secret headers', async (transport, path) => {
    const remote = await start(
      { transport, url: `${origin}${path}`, headers: { 'X-Plain': 'a', Authorization: 'no' } },
      { Authorization: new Secret('Bearer tok_secret') },
    );
    expect(remote.pid).toBeUndefined();
    const upstream = await remote.connect(options);
    const answer = await upstream.request({ method: 'tools/list' });
    expect(answer.bytes.toString()).toContain('"method":"tools/list"');
    expect(seen.length).toBeGreaterThan(1);
    for (const headers of seen) {
      expect(headers).toMatchObject({ 'x-plain': 'a', authorization: 'Bearer tok_secret' });
    }
    await remote.stop(20_000);
    await remote.exited;
    await upstream.closed;
  });

  it('tells the server that its session is over', async () => {
    const remote = await start({});
    await remote.connect(options);
    await remote.stop(20_000);
    expect(deleted).toBe(1);
  });

  it('refuses private addresses unless they are allowed', async () => {
    const remote = await start({
      url: origin.replace('http:', 'https:'),
      allowPrivateNetwork: false,
    });
    await expect(remote.connect(options)).rejects.toMatchObject({ code: 'forbidden' });
    expect(seen).toEqual([]);
  });

  it.each([
    [{ url: 'not a url' }, 'must be a URL'],
    [{ url: 'http://example.com/mcp', allowPrivateNetwork: false }, 'https://'],
    [{ url: 'file:///etc/passwd' }, 'https://'],
    [{ url: 'https://user:pw@example.com/' }, 'no user or password'],
    [{ headers: { Host: 'x' } }, 'header Host'],
    [{ headers: { 'a b': 'x' } }, 'name of a header'],
    [{ headers: { A: 'x\r\nB: y' } }, 'header a '],
  ])('refuses %j', async (launch, message) => {
    await expect(start(launch)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining(message),
    });
  });

  it('keeps a bad secret out of the message', async () => {
    const failure = start({}, { Authorization: new Secret('tok_secret\n') });
    await expect(failure).rejects.toMatchObject({ message: expect.not.stringContaining('tok_') });
  });

  it('is over at once when aborted', async () => {
    const abort = new AbortController();
    const remote = await start({}, {}, abort.signal);
    const upstream = await remote.connect(options);
    abort.abort();
    expect((await remote.exited).code).toBeNull();
    await expect(upstream.request({ method: 'ping', timeoutMs: 500 })).rejects.toThrow();
  });
});

describe('the supervisor with remote servers', () => {
  it('gives the reason of a refusal without what the server said', async () => {
    const spec = buildSpec({ url: `${origin}/denied` });
    await using bench = await buildSupervisor({
      drivers: {
        remote: createRemoteDriver(),
        process: { start: async () => Promise.reject(new Error('no processes here')) },
      },
      source: { find: async () => spec, openSecrets: async () => [] },
    });
    const failure = bench.supervisor.acquire('o-1', 'i-1', '');
    await expect(failure).rejects.toMatchObject({
      code: 'upstream_failed',
      message: expect.stringMatching(/^far did not start: .*401/),
    });
    await expect(failure).rejects.not.toThrow('tok_secret');
    await delay(0);
  });
});
