import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { afterAll, describe, expect, it } from 'vitest';

import { type Envelope, textOf } from '../envelope/envelope.ts';
import { connectStdio, type StdioOptions } from './connect-stdio.ts';
import { endedWhenProbed } from './handshake.ts';
import type { Upstream } from './upstream.ts';

const script = fileURLToPath(new URL('../testing/era-server.ts', import.meta.url));
const children: ChildProcessWithoutNullStreams[] = [];

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

function connect(mode: string, options: Partial<StdioOptions> = {}): Promise<Upstream> {
  const child = spawn(process.execPath, [script, mode], { stdio: 'pipe' });
  children.push(child);
  const { stdin, stdout } = child;
  return connectStdio({ stdin, stdout, clientInfo: { name: 'test', version: '1' }, ...options });
}

interface Heard {
  readonly isGreeted: boolean;
  readonly heard: readonly {
    readonly id?: number;
    readonly method?: string;
    readonly params?: Readonly<Record<string, unknown>>;
  }[];
}

/** Trusted: the fixture wrote it. */
function result({ bytes, result: range }: Envelope): Heard {
  return JSON.parse(textOf(bytes, range!).toString());
}

async function heardBy(upstream: Upstream): Promise<Heard> {
  return result(await upstream.request({ method: 'heard' }));
}

async function methodsOf(upstream: Upstream): Promise<unknown[]> {
  const { heard } = await heardBy(upstream);
  return heard.map(({ method }) => method);
}

const own = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': { roots: {} },
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
};

const legacyGreeting = ['initialize', 'notifications/initialized'];

describe('connectStdio with a modern server', () => {
  it.each(['modern', 'dual', 'both-eras', 'twice'])(
    'speaks modern where it is %s',
    async (mode) => {
      await using upstream = await connect(mode, { capabilities: { roots: {} } });
      expect(upstream.hello).toMatchObject({ era: 'modern', protocolVersion: '2026-07-28' });
      expect(upstream.hello.result.toString()).toContain('"x-unknown":1');
      const { isGreeted, heard } = await heardBy(upstream);
      expect(isGreeted).toBe(false);
      expect(heard).toMatchObject([
        { method: 'server/discover', params: { _meta: own } },
        { method: 'heard', params: { _meta: own } },
      ]);
    },
  );

  it('leaves params that say whose they are as they are', async () => {
    await using upstream = await connect('modern');
    const params =
      '{ "_meta" : {"io.modelcontextprotocol/protocolVersion":"2026-07-28", "x":[1e2]},"a":1.0}';
    await upstream.request({ method: 'heard', params: Buffer.from(params) });
    expect((await heardBy(upstream)).heard[1]?.params).toEqual(JSON.parse(params));
  });

  it('says whose they are of params that say something else in _meta', async () => {
    await using upstream = await connect('modern');
    await upstream.request({ method: 'heard', params: Buffer.from('{"a":1,"_meta":{"b":2}}') });
    const params = (await heardBy(upstream)).heard[1]?.params;
    expect(params).toMatchObject({ a: 1, _meta: { ...own, b: 2, [Object.keys(own)[1]!]: {} } });
  });

  it('cancels with a notification', async () => {
    await using upstream = await connect('modern');
    const controller = new AbortController();
    const hanging = upstream.request({ method: 'hang', signal: controller.signal });
    controller.abort();
    await expect(hanging).rejects.toMatchObject({ code: 'cancelled' });
    expect((await heardBy(upstream)).heard).toMatchObject([
      { method: 'server/discover' },
      { method: 'hang', id: 2 },
      { method: 'notifications/cancelled', params: { requestId: 2 } },
      { method: 'heard' },
    ]);
  });

  it('gives a subscription what it brings, and the rest to all', async () => {
    const forAll: string[] = [];
    const own: string[] = [];
    await using upstream = await connect('modern', {
      onMessage: ({ bytes }) => void forAll.push(bytes.toString()),
    });
    const controller = new AbortController();
    const listening = upstream.request({
      method: 'subscriptions/listen',
      timeoutMs: 0,
      signal: controller.signal,
      onMessage: ({ bytes }) => void own.push(bytes.toString()),
    });
    await expect.poll(() => forAll.length).toBe(2);
    expect(own).toEqual([expect.stringContaining('subscriptionId":2')]);
    expect(forAll).toEqual([expect.stringContaining(':4711'), expect.stringContaining('{}')]);
    controller.abort();
    await expect(listening).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('serves no requests of its', async () => {
    await using upstream = await connect('modern', {
      onRequest: () => {
        throw new Error('a modern server has nothing to ask this way');
      },
    });
    expect(result(await upstream.request({ method: 'ask' })).heard).toMatchObject([
      { id: 'p1', result: {} },
      { id: 'r1', error: { code: -32601 } },
    ]);
  });
});

describe.concurrent('connectStdio with a legacy server', () => {
  it.each(['legacy', 'anything', 'odd-versions', 'no-capabilities', 'future-dual'])(
    'greets one that is %s',
    async (mode) => {
      await using upstream = await connect(mode);
      expect(upstream.hello).toMatchObject({ era: 'legacy', protocolVersion: '2025-06-18' });
      expect(await methodsOf(upstream)).toEqual(['server/discover', ...legacyGreeting, 'heard']);
    },
  );

  it.each(['deaf', 'garbage', 'wrong-id', 'after-initialize'])(
    'greets one that is %s, after a while',
    async (mode) => {
      await using upstream = await connect(mode, { initializeTimeoutMs: 6000 });
      expect(upstream.hello.era).toBe('legacy');
      expect(await methodsOf(upstream)).toEqual(['server/discover', ...legacyGreeting, 'heard']);
    },
  );
});

describe.concurrent('connectStdio with a server that begins to read late', () => {
  it('waits for it', async () => {
    await using upstream = await connect('late-dual', { initializeTimeoutMs: 20_000 });
    expect(upstream.hello.era).toBe('modern');
    expect(await methodsOf(upstream)).toEqual(['server/discover', 'heard']);
  });

  it('takes one of both eras as legacy, which it is once it was greeted', async () => {
    await using upstream = await connect('very-late-dual');
    expect(upstream.hello.era).toBe('legacy');
    expect(await methodsOf(upstream)).toEqual(['server/discover', ...legacyGreeting, 'heard']);
  });

  it('takes a modern one as modern, though it refused the greeting', async () => {
    await using upstream = await connect('very-late-modern');
    expect(upstream.hello.era).toBe('modern');
    expect(await methodsOf(upstream)).toEqual(['server/discover', 'initialize', 'heard']);
  });
});

describe('connectStdio with what it was before', () => {
  it.each([
    ['legacy', 'legacy', [...legacyGreeting, 'heard']],
    ['legacy', 'dual', [...legacyGreeting, 'heard']],
    ['legacy', 'modern', ['initialize', 'server/discover', 'heard']],
    ['modern', 'modern', ['server/discover', 'heard']],
    ['modern', 'legacy', ['server/discover', ...legacyGreeting, 'heard']],
  ] as const)('tries %s first on a server that is %s', async (era, mode, methods) => {
    await using upstream = await connect(mode, { era });
    expect(await methodsOf(upstream)).toEqual(methods);
  });
});

describe('connectStdio with the versions it may speak', () => {
  it('asks for none that it may not', async () => {
    await using upstream = await connect('dual', { protocolVersions: ['2025-06-18'] });
    expect(upstream.hello.era).toBe('legacy');
    expect(await methodsOf(upstream)).toEqual([...legacyGreeting, 'heard']);
  });

  it('does not greet when it may speak no legacy one', async () => {
    const protocolVersions = ['2026-07-28'];
    await using upstream = await connect('dual', { protocolVersions });
    expect(upstream.hello.era).toBe('modern');
    await expect(connect('legacy', { protocolVersions })).rejects.toMatchObject({
      code: 'upstream_failed',
      message: 'the server speaks none of the protocol versions 2026-07-28',
    });
  });
});

describe.concurrent('connectStdio with a server that it cannot speak with', () => {
  it.each([
    ['future', 'upstream_failed', 'what it speaks is "2027-01-01"'],
    ['future-result', 'upstream_failed', 'what it speaks is "2027-01-01"'],
    ['not-said', 'upstream_failed', 'what it speaks is not said'],
    ['demanding', 'upstream_failed', 'capabilities that were not declared'],
    ['duplicate-keys', 'upstream_failed', 'with invalid JSON'],
    ['huge', 'payload_too_large', 'more than 1000000 bytes'],
    ['silent', 'upstream_timeout', 'gave no answer to the handshake within 3000 ms'],
  ])('says why where it is %s', async (mode, code, text) => {
    const initializeTimeoutMs = mode === 'silent' ? 3000 : 20_000;
    const attempt = connect(mode, { initializeTimeoutMs, maxMessageBytes: 1_000_000 });
    await expect(attempt).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
  });

  it('tells one that ends on being asked what it does not know', async () => {
    const failure: unknown = await connect('exits').catch((error: unknown) => error);
    expect(endedWhenProbed(failure)).toBe(true);
    await using upstream = await connect('exits', { era: 'legacy' });
    expect(upstream.hello.era).toBe('legacy');
  });

  it('gives up when it is told to', async () => {
    const attempt = connect('silent', { signal: AbortSignal.timeout(300) });
    await expect(attempt).rejects.toMatchObject({ code: 'cancelled' });
  });
});
