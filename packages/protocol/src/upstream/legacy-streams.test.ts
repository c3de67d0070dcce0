import { Agent } from 'undici';
import { afterAll, describe, expect, it } from 'vitest';

import { type Envelope, idText, textOf } from '../envelope/envelope.ts';
import {
  answerJson,
  beginEvents,
  type HttpServer,
  type Incoming,
  initializeResult,
  type Script,
  startHttpServer,
} from '../testing/http-server.ts';
import { connectStreamableHttp, type StreamableHttpOptions } from './connect-streamable-http.ts';
import type { Stray, Upstream } from './upstream.ts';

const dispatcher = new Agent();
afterAll(() => dispatcher.close());

function connect(
  { url }: HttpServer,
  options: Partial<StreamableHttpOptions> = {},
): Promise<Upstream> {
  const clientInfo = { name: 'test', version: '1' };
  return connectStreamableHttp({ url, dispatcher, clientInfo, era: 'legacy', ...options });
}

const textIn = ({ bytes, result, error }: Envelope): string =>
  textOf(bytes, (result ?? error)!).toString();

const event = (message: unknown, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(message)}\n\n`;

const request = (id: string, method = 'roots/list'): unknown => ({ jsonrpc: '2.0', id, method });

/** A server whose `ask` asks back on the stream of the request, and answers when it was answered. */
function askingScript(begin: (incoming: Incoming, question: string) => void): Script {
  let asking: Incoming | undefined;
  return (incoming) => {
    const { message, response } = incoming;
    if (message.method === 'ask') {
      asking = incoming;
      begin(incoming, event(request('q1'), 'e1'));
      return true;
    }
    if (message.method !== undefined || message.id === undefined) return false;
    response.writeHead(202).end();
    asking?.response.end(event({ jsonrpc: '2.0', id: asking.message.id, result: message }));
    return true;
  };
}

describe('a request that a legacy server makes', () => {
  it('reaches the request on whose stream it comes', async () => {
    await using server = await startHttpServer(askingScript(beginEvents));
    const others: string[] = [];
    await using upstream = await connect(server, {
      onRequest: (message) => void others.push(message.bytes.toString()),
    });
    const answer = await upstream.request({
      method: 'ask',
      onRequest: (message) => {
        const id = idText(message);
        upstream.respond(Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":{"roots":[]}}`));
      },
    });
    expect(textIn(answer)).toBe('{"jsonrpc":"2.0","id":"q1","result":{"roots":[]}}');
    expect(others).toEqual([]);
  });

  it('reaches the connection where that request hears none', async () => {
    await using server = await startHttpServer(askingScript(beginEvents));
    await using upstream = await connect(server, {
      onRequest: () => upstream.respond(Buffer.from('{"jsonrpc":"2.0","id":"q1","result":{}}')),
    });
    expect(textIn(await upstream.request({ method: 'ask' }))).toContain('"result":{}');
  });

  it('reaches the connection when it comes by the stream of none', async () => {
    await using server = await startHttpServer((incoming) => {
      if (incoming.request.method !== 'GET') return false;
      beginEvents(incoming, event(request('q1')));
      return true;
    });
    const seen: string[] = [];
    await using _upstream = await connect(server, {
      onRequest: ({ method }) => void seen.push(String(method)),
    });
    await expect.poll(() => seen).toEqual(['roots/list']);
  });

  it('reaches the request by the stream that continues its own, with its withdrawal', async () => {
    let id: number | undefined;
    await using server = await startHttpServer((incoming) => {
      const {
        message,
        response,
        request: { method, headers },
      } = incoming;
      if (message.method === 'later') {
        id = message.id;
        beginEvents(incoming, 'id: e1\nretry: 10\ndata:\n\n');
        response.end();
      } else if (method === 'GET' && headers['last-event-id'] === 'e1') {
        const params = { requestId: 'q1' };
        const withdrawal = { jsonrpc: '2.0', method: 'notifications/cancelled', params };
        beginEvents(incoming, event(request('q1')) + event(withdrawal));
        response.end(event({ jsonrpc: '2.0', id, result: {} }));
      } else return false;
      return true;
    });
    await using upstream = await connect(server, { listen: false });
    const seen: string[] = [];
    const hear = ({ method }: Envelope): void => void seen.push(String(method));
    await upstream.request({ method: 'later', onRequest: hear, onMessage: hear });
    expect(seen).toEqual(['roots/list', 'notifications/cancelled']);
  });
});

describe('the first request to a legacy server', () => {
  const gives =
    (status: number, type: string): Script =>
    ({ request: { method }, response }) => {
      if (method !== 'GET') return false;
      setTimeout(() => response.writeHead(status, { 'content-type': type }).flushHeaders(), 10);
      return true;
    };

  it.each([
    [200, 'text/event-stream'],
    [405, 'text/plain'],
  ])('goes out after listening, answered with %i', async (status, type) => {
    await using server = await startHttpServer(gives(status, type));
    await using upstream = await connect(server);
    await upstream.request({ method: 'a' });
    expect(server.log.slice(-2)).toEqual(['GET', 'POST a']);
  });

  it('does not wait for a server that says nothing', async () => {
    await using server = await startHttpServer(({ request: { method } }) => method === 'GET');
    await using upstream = await connect(server);
    await upstream.request({ method: 'a' });
    expect(server.log.slice(-2)).toEqual(['GET', 'POST a']);
  });
});

describe('a legacy request whose stream ends before its answer', () => {
  it('says so each time, and how long the server wants to be left alone', async () => {
    let id: number | undefined;
    let streams = 0;
    await using server = await startHttpServer((incoming) => {
      const {
        message,
        response,
        request: { method },
      } = incoming;
      if (message.method === 'later') {
        id = message.id;
        beginEvents(incoming, 'id: e1\nretry: 20\ndata:\n\n');
        response.end();
      } else if (method === 'GET') {
        streams += 1;
        const answer = event({ jsonrpc: '2.0', id, result: { streams } });
        beginEvents(
          incoming,
          streams < 3 ? `id: e${streams + 1}\nretry: ${streams}\ndata:\n\n` : answer,
        );
        response.end();
      } else return false;
      return true;
    });
    await using upstream = await connect(server, { listen: false });
    const told: unknown[] = [];
    const onSuspend = (retryMs: number | undefined): void => void told.push(retryMs);
    expect(textIn(await upstream.request({ method: 'later', onSuspend }))).toBe('{"streams":3}');
    expect(told).toEqual([20, 1, 2]);
  });

  it('says nothing of a wait that the server did not name, nor of a stream that broke', async () => {
    let id: number | undefined;
    await using server = await startHttpServer((incoming) => {
      const {
        message,
        response,
        request: { method },
      } = incoming;
      if (message.method === 'ends' || message.method === 'breaks') {
        id = message.id;
        beginEvents(incoming, 'id: e1\ndata:\n\n');
        if (message.method === 'ends') response.end();
        else setTimeout(() => response.destroy(), 20);
      } else if (method === 'GET') {
        beginEvents(incoming, event({ jsonrpc: '2.0', id, result: {} }));
        response.end();
      } else return false;
      return true;
    });
    await using upstream = await connect(server, { listen: false });
    const told: unknown[] = [];
    const onSuspend = (retryMs: number | undefined): void => void told.push(retryMs);
    await upstream.request({ method: 'ends', onSuspend });
    expect(told).toEqual([undefined]);
    await upstream.request({ method: 'breaks', onSuspend });
    expect(told).toEqual([undefined]);
  });
});

describe('the time of a legacy request', () => {
  const hang: Script = (incoming) => {
    if (incoming.message.method !== 'hang') return false;
    beginEvents(incoming, ': started\n\n');
    return true;
  };

  it('goes on while it is held up, and ends when it is not', async () => {
    await using server = await startHttpServer(hang);
    await using upstream = await connect(server);
    let asked = 0;
    const isHeldUp = (): boolean => (asked += 1) < 4;
    const attempt = upstream.request({ method: 'hang', timeoutMs: 50, isHeldUp });
    await expect(attempt).rejects.toMatchObject({
      code: 'upstream_timeout',
      message: 'the server gave no answer and no progress for 50 ms',
    });
    expect(asked).toBe(4);
  });

  it('ends in all, however long it is held up', async () => {
    await using server = await startHttpServer(hang);
    await using upstream = await connect(server);
    const limits = { timeoutMs: 50, maxTotalMs: 180 };
    const attempt = upstream.request({ method: 'hang', ...limits, isHeldUp: () => true });
    await expect(attempt).rejects.toMatchObject({
      code: 'upstream_timeout',
      message: 'the server did not finish within 180 ms',
    });
  });
});

describe('a batch from a server', () => {
  /** Answers `a` with a batch of a notification, a request, and the answer. */
  function batchScript(protocolVersion: string, wrap: (messages: unknown[]) => unknown): Script {
    return (incoming) => {
      const { message, response } = incoming;
      if (message.method === 'initialize') {
        answerJson(incoming, { ...initializeResult, protocolVersion });
        return true;
      }
      if (message.method !== 'a') return false;
      response.writeHead(200, { 'content-type': 'application/json' });
      const told = { jsonrpc: '2.0', method: 'notifications/x' };
      const answer = { jsonrpc: '2.0', id: message.id, result: { done: 1 } };
      response.end(JSON.stringify(wrap([told, request('q1'), answer])));
      return true;
    };
  }

  it.each(['2025-03-26', '2024-11-05'])('is taken apart in %s', async (version) => {
    await using server = await startHttpServer(batchScript(version, (messages) => messages));
    await using upstream = await connect(server, { listen: false });
    const seen: string[] = [];
    const hear = ({ method }: Envelope): void => void seen.push(String(method));
    const answer = await upstream.request({ method: 'a', onMessage: hear, onRequest: hear });
    expect(textIn(answer)).toBe('{"done":1}');
    expect(seen).toEqual(['notifications/x', 'roots/list']);
  });

  it.each<[string, string, (messages: unknown[]) => unknown]>([
    ['of a revision without batches', '2025-06-18', (messages) => messages],
    ['of another such revision', '2025-11-25', (messages) => messages],
    ['within a batch', '2025-03-26', (messages) => [messages]],
    ['of nothing', '2025-03-26', () => []],
    ['with what is no message', '2025-03-26', (messages) => [...messages, 1]],
  ])('is refused %s', async (_, version, wrap) => {
    await using server = await startHttpServer(batchScript(version, wrap));
    const strays: Stray[] = [];
    await using upstream = await connect(server, {
      listen: false,
      onStray: (stray) => strays.push(stray),
    });
    await expect(upstream.request({ method: 'a' })).rejects.toMatchObject({
      code: 'upstream_failed',
    });
    expect(strays).toMatchObject([{ kind: 'garbage', count: 1 }]);
  });
});
