import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';

import { AppError } from '@plugboard/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { textOf, type Envelope } from '../envelope/envelope.ts';
import { connectStdio, type StdioOptions } from './connect-stdio.ts';
import type { Stray, Upstream } from './upstream.ts';

const script = new URL('../testing/stdio-server.ts', import.meta.url).pathname;
const children: ChildProcessWithoutNullStreams[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(mode = ''): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [script, mode], { stdio: 'pipe' });
  children.push(child);
  return child;
}

function connect(options: Partial<StdioOptions> = {}, mode = ''): Promise<Upstream> {
  const { stdin, stdout } = start(mode);
  return connectStdio({ stdin, stdout, clientInfo: { name: 'test', version: '1' }, ...options });
}

function resultText(answer: Envelope): string {
  return textOf(answer.bytes, answer.result!).toString();
}

function result(answer: Envelope): unknown {
  return JSON.parse(resultText(answer));
}

interface Heard {
  readonly heard: readonly {
    readonly method?: string;
    readonly params?: { readonly requestId?: number };
  }[];
}

/** Trusted: the fixture wrote it. */
async function ask(upstream: Upstream, method: string): Promise<Heard['heard']> {
  const answer: Heard = JSON.parse(resultText(await upstream.request({ method })));
  return answer.heard;
}

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  const error: unknown = await attempt.then(
    () => 'nothing',
    (reason: unknown) => reason,
  );
  return error instanceof AppError ? error.code : String(error);
}

describe('connectStdio', () => {
  it('does the handshake and keeps the hello as the server wrote it', async () => {
    await using upstream = await connect({ capabilities: { roots: {} } });
    expect(upstream.hello.protocolVersion).toBe('2025-06-18');
    expect(upstream.hello.result.toString()).toContain('"x-unknown":1');
    const heard = await ask(upstream, 'heard');
    expect(heard).toMatchObject([
      { method: 'server/discover' },
      {
        method: 'initialize',
        params: { capabilities: { roots: {} }, clientInfo: { name: 'test' } },
      },
      { method: 'notifications/initialized' },
      { method: 'heard' },
    ]);
  });

  it.each([
    ['silent', 'upstream_timeout', 'gave no answer'],
    ['refuses', 'upstream_failed', 'refused "initialize" with error -32000: "no\\nkey"'],
    ['future', 'upstream_failed', '"2099-01-01"; supported are 2025-11-25'],
  ])('gives up on a server that is %s', async (mode, code, text) => {
    const attempt = connect({ initializeTimeoutMs: mode === 'silent' ? 300 : 60_000 }, mode);
    await expect(attempt).rejects.toMatchObject({
      code,
      message: expect.stringContaining(text) as unknown,
    });
  });

  it('carries params and results byte for byte', async () => {
    await using upstream = await connect();
    const text =
      '{"jsonrpc":"2.0","id":$ID,"result":{ "n":1e400,"big":12345678901234567890,"e":"\\u00fc\\/ü","x":[ ]}}';
    const params = Buffer.from(JSON.stringify({ text: `${text}\n` }));
    const answer = await upstream.request({ method: 'raw', params });
    expect(resultText(answer)).toBe(
      '{ "n":1e400,"big":12345678901234567890,"e":"\\u00fc\\/ü","x":[ ]}',
    );
  });

  it('keeps pretty-printed params on one line', async () => {
    await using upstream = await connect();
    const params = Buffer.from('{\r\n  "a": 1,\n  "b": "\\n"\n}');
    expect(result(await upstream.request({ method: 'echo', params }))).toMatchObject({
      params: { a: 1, b: '\n' },
    });
  });

  it('answers many requests at once, each to its own caller', async () => {
    await using upstream = await connect();
    const all = Array.from({ length: 500 }, async (_, i) => {
      const answer = await upstream.request({ method: 'echo', params: Buffer.from(`{"i":${i}}`) });
      expect(result(answer)).toMatchObject({ params: { i } });
    });
    expect(upstream.inFlight).toBe(500);
    await Promise.all(all);
    expect(upstream.inFlight).toBe(0);
  });

  it('reads a message of 20 MB and one that comes byte by byte', async () => {
    await using upstream = await connect();
    const [big, split] = await Promise.all([
      upstream.request({ method: 'big', params: Buffer.from('{"bytes":20000000}') }),
      upstream.request({ method: 'split' }),
    ]);
    expect(big.bytes.length).toBeGreaterThan(20_000_000);
    expect(result(split)).toEqual({ text: '😀ü' });
  });

  it('gives each caller its own progress token back', async () => {
    await using upstream = await connect();
    const seen: string[][] = [[], []];
    await Promise.all(
      ['"same"', '"same"'].map((token, i) =>
        upstream.request({
          method: 'progress',
          params: Buffer.from(`{"_meta":{"progressToken":${token}}}`),
          onMessage: ({ bytes }) => void seen[i]!.push(bytes.toString()),
        }),
      ),
    );
    for (const messages of seen) {
      expect(messages).toHaveLength(3);
      expect(messages[0]).toBe(
        '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1,"progressToken":"same","x-extra":1}}',
      );
    }
  });

  it('cancels upstream when the signal aborts or time is over, and drops the late answer', async () => {
    const strays: Stray[] = [];
    await using upstream = await connect({ onStray: (stray) => strays.push(stray) });
    const controller = new AbortController();
    const held = codeOf(upstream.request({ method: 'hold', signal: controller.signal }));
    controller.abort();
    expect(await held).toBe('cancelled');
    expect(await codeOf(upstream.request({ method: 'hold', timeoutMs: 50 }))).toBe(
      'upstream_timeout',
    );
    const heard = await ask(upstream, 'heard');
    const cancelled = heard.filter(({ method }) => method === 'notifications/cancelled');
    expect(cancelled.map(({ params }) => params?.requestId)).toEqual([3, 4]);
    await expect.poll(() => strays.map(({ kind }) => kind)).toContain('unknown_id');
    expect(await codeOf(upstream.request({ method: 'echo', signal: AbortSignal.abort() }))).toBe(
      'cancelled',
    );
  });

  it('survives garbage, blank lines and wrong ids', async () => {
    const kinds: string[] = [];
    await using upstream = await connect({
      onStray: ({ kind, count }) => kinds.push(`${kind} ${count}`),
    });
    await upstream.request({ method: 'garbage' });
    expect(kinds).toEqual(['garbage 1', 'blank 1', 'unknown_id 1', 'garbage 2']);
    expect(result(await upstream.request({ method: 'echo' }))).toMatchObject({ params: null });
  });

  it('answers ping, and refuses requests while nobody serves them', async () => {
    await using upstream = await connect();
    const refused = result(await upstream.request({ method: 'ask' }));
    expect(refused).toMatchObject({
      heard: [
        { id: 'p1', result: {} },
        { id: 'r1', error: { code: -32601 } },
      ],
    });
    upstream.onRequest = ({ method }) => {
      expect(method).toBe('roots/list');
      upstream.respond(Buffer.from('{"jsonrpc":"2.0","id":"r1","result":{"roots":[]}}'));
    };
    const served = await ask(upstream, 'ask');
    expect(served.at(-1)).toMatchObject({ id: 'r1', result: { roots: [] } });
  });

  it('holds back reading while a handler is busy, and loses nothing', async () => {
    let seen = 0;
    await using upstream = await connect();
    upstream.onMessage = async () => {
      seen += 1;
      await new Promise((resolve) => setTimeout(resolve, 1));
    };
    await upstream.request({ method: 'notify' });
    expect(seen).toBe(1000);
  });

  it('ends when a message outgrows the limit, without holding it', async () => {
    const upstream = await connect({ maxMessageBytes: 4_000_000 });
    const before = process.memoryUsage().arrayBuffers;
    expect(await codeOf(upstream.request({ method: 'endless' }))).toBe('payload_too_large');
    expect(await upstream.closed).toMatchObject({ code: 'payload_too_large' });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16_000_000);
    expect(await codeOf(upstream.request({ method: 'echo' }))).toBe('payload_too_large');
  });

  it.each(['die', 'close-output'])(
    'fails what is under way when the server does %s',
    async (method) => {
      const upstream = await connect();
      const [first, second] = [upstream.request({ method: 'hold' }), upstream.request({ method })];
      expect(await Promise.all([codeOf(first), codeOf(second)])).toEqual([
        'upstream_failed',
        'upstream_failed',
      ]);
      expect(await upstream.closed).toMatchObject({ message: 'the server closed its output' });
      expect(upstream.inFlight).toBe(0);
    },
  );

  it('ends when the server closes its input and writes on', async () => {
    const upstream = await connect();
    const held = codeOf(upstream.request({ method: 'hold' }));
    await upstream.request({ method: 'close-input' });
    await expect
      .poll(() => codeOf(upstream.request({ method: 'echo', timeoutMs: 20 })))
      .toBe('upstream_failed');
    expect(await held).toBe('upstream_failed');
    expect(await upstream.closed).toMatchObject({ message: 'the server closed its input' });
  });

  it('refuses more for a server that does not read', async () => {
    await using upstream = await connect({ maxQueuedBytes: 1_000_000, requestTimeoutMs: 60_000 });
    await upstream.request({ method: 'stop-reading' });
    const params = Buffer.from(JSON.stringify({ text: 'x'.repeat(700_000) }));
    const attempts = [1, 2, 3].map(() => codeOf(upstream.request({ method: 'echo', params })));
    expect(await attempts[2]).toBe('unavailable');
    await upstream[Symbol.asyncDispose]();
    expect(await Promise.all(attempts)).toEqual([
      'upstream_failed',
      'upstream_failed',
      'unavailable',
    ]);
  });

  it('ends quietly when it is asked to', async () => {
    const child = start();
    const upstream = await connectStdio({
      stdin: child.stdin,
      stdout: child.stdout,
      clientInfo: { name: 't', version: '1' },
    });
    const exited = new Promise((resolve) => child.once('exit', resolve));
    await upstream[Symbol.asyncDispose]();
    expect(await upstream.closed).toBeUndefined();
    expect(await exited).toBe(0);
  });
});

describe('a request that takes its time', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A request to a server in this process, which makes progress when it is told to. */
  async function begin(limits: { timeoutMs: number; maxTotalMs: number }) {
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    const say = (message: object): void => {
      stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    };
    const lines = createInterface({ input: stdin });
    const clientInfo = { name: 't', version: '1' };
    const connecting = connectStdio({ stdin, stdout, clientInfo, era: 'legacy' });
    await once(lines, 'line');
    say({ id: 1, result: { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: {} } });
    const upstream = await connecting;
    let heard = (): void => undefined;
    const attempt = upstream.request({
      method: 'work',
      params: Buffer.from('{"_meta":{"progressToken":"mine"}}'),
      onMessage: () => heard(),
      ...limits,
    });
    attempt.catch(() => undefined);
    const progressAfter = async (ms: number): Promise<void> => {
      vi.advanceTimersByTime(ms);
      const { promise, resolve } = Promise.withResolvers<void>();
      heard = resolve;
      say({ method: 'notifications/progress', params: { progress: 1, progressToken: 2 } });
      await promise;
    };
    return { upstream, attempt, progressAfter };
  }

  it('is waited for as long as there is progress', async () => {
    const { upstream, attempt, progressAfter } = await begin({
      timeoutMs: 1000,
      maxTotalMs: 60_000,
    });
    for (let step = 0; step < 10; step += 1) await progressAfter(900);
    vi.advanceTimersByTime(999);
    expect(upstream.inFlight).toBe(1);
    vi.advanceTimersByTime(1);
    await expect(attempt).rejects.toMatchObject({
      code: 'upstream_timeout',
      message: 'the server gave no answer and no progress for 1000 ms',
    });
  });

  it('ends when it makes progress for too long', async () => {
    const { upstream, attempt, progressAfter } = await begin({ timeoutMs: 1000, maxTotalMs: 3000 });
    for (let step = 0; step < 3; step += 1) await progressAfter(900);
    vi.advanceTimersByTime(299);
    expect(upstream.inFlight).toBe(1);
    vi.advanceTimersByTime(1);
    await expect(attempt).rejects.toMatchObject({
      code: 'upstream_timeout',
      message: 'the server did not finish within 3000 ms',
    });
  });
});
