import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { legacyVersions, negotiateVersion } from '../versions.ts';
import { acceptsEventStream, acceptsJson, isJsonContent, requestedVersion } from './accept.ts';
import { readBody } from './read-body.ts';
import { sendJson } from './send-json.ts';
import { SseStream } from './sse-stream.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function serve(handler: Handler): Promise<number> {
  const server = createServer((incoming, response) => void handler(incoming, response));
  stops.push(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  return address.port;
}

/** Runs the checks on a request with these headers, inside a real server. */
async function withHeaders<T>(
  headers: Readonly<Record<string, string>>,
  check: (request: IncomingMessage) => T,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const port = await serve((incoming, response) => {
    try {
      resolve(check(incoming));
    } catch (error) {
      reject(error instanceof Error ? error : new Error(String(error)));
    }
    response.end();
  });
  request({ port, host: '127.0.0.1', headers }).end();
  return promise;
}

describe('header checks', () => {
  it.each([
    ['application/json, text/event-stream', true, true],
    ['*/*', true, true],
    ['text/*;q=0.5', false, true],
    ['application/json', true, false],
    ['application/json, text/event-stream;q=0', true, false],
    ['TEXT/Event-Stream', false, true],
  ])('reads Accept: %s', async (accept, json, events) => {
    const seen = await withHeaders({ accept }, (r) => [acceptsJson(r), acceptsEventStream(r)]);
    expect(seen).toEqual([json, events]);
  });

  it('takes a request without Accept to want JSON', async () => {
    expect(await withHeaders({}, (r) => [acceptsJson(r), acceptsEventStream(r)])).toEqual([
      true,
      false,
    ]);
  });

  it.each([
    ['application/json', true],
    ['Application/JSON; charset="UTF-8"', true],
    ['application/json; charset=latin1', false],
    ['text/plain', false],
    ['application/json-patch+json', false],
  ])('judges Content-Type: %s', async (type, expected) => {
    expect(await withHeaders({ 'content-type': type }, isJsonContent)).toBe(expected);
  });

  it('reads the protocol version, with the default that the spec gives', async () => {
    expect(await withHeaders({}, requestedVersion)).toBe('2025-03-26');
    expect(await withHeaders({ 'mcp-protocol-version': '2025-11-25' }, requestedVersion)).toBe(
      '2025-11-25',
    );
    await expect(
      withHeaders({ 'mcp-protocol-version': '1' }, requestedVersion),
    ).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});

describe('negotiateVersion', () => {
  it('agrees to what it speaks and offers its newest otherwise', () => {
    expect(negotiateVersion('2024-11-05')).toBe('2024-11-05');
    expect(negotiateVersion('2099-01-01')).toBe(legacyVersions[0]);
  });
});

describe('readBody and sendJson', () => {
  const echo: Handler = async (incoming, response) => {
    try {
      const body = await readBody(incoming, 100_000);
      sendJson(response, 200, [Buffer.from('"'), body, Buffer.from('"')], { 'x-extra': '1' });
    } catch (error) {
      const code: unknown = Reflect.get(Object(error), 'code');
      sendJson(response, 413, [Buffer.from(JSON.stringify(code))]);
    }
  };

  it.each([0, 10, 70_000, 100_000])('carry a body of %i bytes', async (length) => {
    const port = await serve(echo);
    const response = await fetch(`http://127.0.0.1:${port}`, {
      method: 'POST',
      body: 'x'.repeat(length),
    });
    expect(response.headers.get('content-length')).toBe(String(length + 2));
    expect(response.headers.get('x-extra')).toBe('1');
    expect(await response.text()).toBe(`"${'x'.repeat(length)}"`);
  });

  it('refuse a declared length beyond the limit before it is sent, and close', async () => {
    const port = await serve(echo);
    const socket = connect(port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\n');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(socket, 'close');
    const text = Buffer.concat(chunks).toString();
    expect(text).toContain('HTTP/1.1 413');
    expect(text.toLowerCase()).toContain('connection: close');
    expect(text).toContain('"payload_too_large"');
  });

  it('refuse an undeclared one as soon as it is too long', async () => {
    const port = await serve(echo);
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {}); // the server may reset what it does not read
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    socket.write(`1d4c0\r\n${'x'.repeat(120_000)}`);
    const [chunk] = await once(socket, 'data');
    expect(String(chunk)).toContain('HTTP/1.1 413');
    socket.destroy();
  });

  it('tell when the client left in the middle', async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const port = await serve((incoming) => {
      readBody(incoming, 1000).then(resolve, resolve);
      incoming.once('data', () => socket.destroy());
    });
    const socket = connect(port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc');
    expect(await promise).toMatchObject({ code: 'cancelled' });
  });
});

describe('SseStream', () => {
  it('sends messages in parts, ids and comments, under headers that no proxy may hold back', async () => {
    const port = await serve((_, response) => {
      const stream = new SseStream(response, { headers: { 'mcp-session-id': 's' } });
      stream.send([Buffer.from('{"a":'), Buffer.from('1}')]);
      stream.send([Buffer.from('{\r\n"b":2}')], { id: '7', event: 'message' });
      stream.comment();
      stream.close();
      expect(stream.send([Buffer.from('late')])).toBe(false);
    });
    const response = await fetch(`http://127.0.0.1:${port}`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('cache-control')).toBe('no-cache, no-transform');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    expect(response.headers.get('mcp-session-id')).toBe('s');
    expect(await response.text()).toBe(
      'data: {"a":1}\n\nevent: message\nid: 7\ndata: {\ndata: "b":2}\n\n:\n\n',
    );
  });

  it('opens at once when there is nothing to say yet', async () => {
    const port = await serve((_, response) => void new SseStream(response));
    const controller = new AbortController();
    const response = await fetch(`http://127.0.0.1:${port}`, { signal: controller.signal });
    expect(response.status).toBe(200);
    controller.abort();
  });

  it('leaves out what a slow reader can do without, and keeps what it cannot', async () => {
    const offers: boolean[] = [];
    const port = await serve((_, response) => {
      const stream = new SseStream(response, { maxBufferedBytes: 200_000 });
      for (let n = 0; n < 10; n += 1) {
        offers.push(!stream.isLagging);
        if (!stream.isLagging) stream.send([Buffer.alloc(50_000, 'x')]);
      }
      expect(stream.send([Buffer.from('answer')])).toBe(true);
      stream.close();
    });
    const text = await (await fetch(`http://127.0.0.1:${port}`)).text();
    expect(offers.slice(0, 2)).toEqual([true, true]);
    expect(offers.at(-1)).toBe(false);
    expect(text.split('\n\n').filter((event) => event.startsWith('data: x'))).toHaveLength(
      offers.filter(Boolean).length,
    );
    expect(text).toMatch(/data: answer\n\n$/);
  });

  it('cuts off a reader that does not read, after a bounded buffer', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const port = await serve((_, response) => {
      const stream = new SseStream(response, { maxBufferedBytes: 200_000 });
      const message = [Buffer.alloc(50_000, 'x')];
      let largest = 0;
      const pump = (): void => {
        largest = Math.max(largest, response.writableLength);
        if (stream.send(message)) setImmediate(pump);
        else resolve(largest);
      };
      pump();
    });
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {}); // it is reset
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await promise).toBeLessThan(300_000);
    socket.destroy();
  });
});
