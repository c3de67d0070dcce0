import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { Agent } from 'undici';
import { afterAll, describe, expect, it } from 'vitest';

import { type Envelope, textOf } from '../envelope/envelope.ts';
import { type SdkEra, startSdkHttp } from '../testing/sdk-server.ts';
import { connectStdio } from './connect-stdio.ts';
import { connectStreamableHttp } from './connect-streamable-http.ts';
import { listOfferings } from './list-offerings.ts';
import type { Upstream, UpstreamOptions } from './upstream.ts';

const script = fileURLToPath(new URL('../testing/sdk-stdio.ts', import.meta.url));
const dispatcher = new Agent();
const children: ChildProcess[] = [];

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await dispatcher.close();
});

const options: UpstreamOptions = {
  clientInfo: { name: 'test', version: '1' },
  capabilities: { roots: {} },
};

function overStdio(era: SdkEra, more: Partial<UpstreamOptions> = {}): Promise<Upstream> {
  const child = spawn(process.execPath, [script, era], { stdio: ['pipe', 'pipe', 'ignore'] });
  children.push(child);
  return connectStdio({ ...options, ...more, stdin: child.stdin, stdout: child.stdout });
}

function overHttp(
  { url }: { url: string },
  more: Partial<UpstreamOptions> = {},
): Promise<Upstream> {
  return connectStreamableHttp({ ...options, ...more, url, dispatcher });
}

const textIn = ({ bytes, result, error }: Envelope): string =>
  textOf(bytes, (result ?? error)!).toString();

async function namesIn(upstream: Upstream): Promise<string[]> {
  return (await listOfferings(upstream)).map(({ name }) => name);
}

const call = (name: string, more = ''): { method: string; params: Buffer } => ({
  method: 'tools/call',
  params: Buffer.from(`{"name":"${name}"${more}}`),
});

/** Asks for changes of tools, and counts those that it hears of. */
function listen(upstream: Upstream): { heard: string[]; stop: () => Promise<unknown> } {
  const controller = new AbortController();
  const heard: string[] = [];
  const listening = upstream.request({
    method: 'subscriptions/listen',
    params: Buffer.from('{"notifications":{"toolsListChanged":true}}'),
    timeoutMs: 0,
    signal: controller.signal,
    onMessage: ({ method }) => void heard.push(String(method)),
  });
  return {
    heard,
    stop: () => {
      controller.abort();
      return listening.catch((error: unknown) => error);
    },
  };
}

const changed = ['notifications/subscriptions/acknowledged', 'notifications/tools/list_changed'];

describe('a server of the SDK on standard streams', () => {
  it.each([
    ['legacy', undefined, 'legacy'],
    ['dual', undefined, 'modern'],
    ['modern', undefined, 'modern'],
    ['dual', 'legacy', 'legacy'],
    ['modern', 'legacy', 'modern'],
    ['legacy', 'modern', 'legacy'],
  ] as const)('that is %s, and was %s, is spoken to as %s', async (form, hint, era) => {
    await using upstream = await overStdio(form, hint && { era: hint });
    expect(upstream.hello.era).toBe(era);
    expect(await namesIn(upstream)).toEqual(['echo', 'invalid', 'ask', 'change']);
    const answer = await upstream.request(call('echo', ',"arguments":{"region":"ü"}'));
    expect(textIn(answer)).toContain(String.raw`{\"region\":\"ü\"}`);
  });

  it('asks by its result, and takes the answer with the next request', async () => {
    await using upstream = await overStdio('modern');
    const asked = textIn(await upstream.request(call('ask')));
    expect(asked).toContain('"resultType":"input_required"');
    const more = ',"inputResponses":{"name":{"roots":[]}},"requestState":"s"';
    expect(textIn(await upstream.request(call('ask', more)))).toContain(String.raw`{\"roots\":[]}`);
  });

  it('tells a subscription of changes', async () => {
    await using upstream = await overStdio('modern');
    const { heard, stop } = listen(upstream);
    await upstream.request(call('change'));
    await expect.poll(() => heard).toEqual(changed);
    expect(await stop()).toMatchObject({ code: 'cancelled' });
    await upstream.request(call('change'));
    expect(heard).toEqual(changed);
  });
});

describe('a server of the SDK over HTTP', () => {
  it.each([
    ['legacy', undefined, 'legacy'],
    ['dual', undefined, 'modern'],
    ['modern', undefined, 'modern'],
    ['dual', 'legacy', 'legacy'],
    ['modern', 'legacy', 'modern'],
    ['legacy', 'modern', 'legacy'],
  ] as const)('that is %s, and was %s, is spoken to as %s', async (form, hint, era) => {
    await using server = await startSdkHttp(form);
    await using upstream = await overHttp(server, hint && { era: hint });
    expect(upstream.hello.era).toBe(era);
    // One tool has an annotation that modern clients must not accept over HTTP.
    const all = ['echo', 'invalid', 'ask', 'change'];
    expect(await namesIn(upstream)).toEqual(
      era === 'modern' ? all.filter((name) => name !== 'invalid') : all,
    );
    const answer = await upstream.request({
      ...call('echo', ',"arguments":{"region":"eu"}'),
      ...(era === 'modern' && { headers: { 'Mcp-Param-Region': 'eu' } }),
    });
    expect(textIn(answer)).toContain(String.raw`{\"region\":\"eu\"}`);
  });

  it('refuses headers that do not repeat the body', async () => {
    await using server = await startSdkHttp('modern');
    await using upstream = await overHttp(server);
    const request = call('echo', ',"arguments":{"region":"eu"}');
    expect(textIn(await upstream.request(request))).toContain('"code":-32020');
    const headers = { 'Mcp-Param-Region': 'us' };
    expect(textIn(await upstream.request({ ...request, headers }))).toContain('"code":-32020');
  });

  it('answers what it does not know with an error', async () => {
    await using server = await startSdkHttp('modern');
    await using upstream = await overHttp(server);
    expect(textIn(await upstream.request({ method: 'x/unknown' }))).toContain('"code":-32601');
    expect(textIn(await upstream.request(call('ü')))).toContain('"code":-32602');
  });

  it('asks by its result, of those who can answer', async () => {
    await using server = await startSdkHttp('modern');
    await using upstream = await overHttp(server);
    expect(textIn(await upstream.request(call('ask')))).toContain('"resultType":"input_required"');
    await using silent = await overHttp(server, { capabilities: {} });
    expect(textIn(await silent.request(call('ask')))).toContain('"code":-32021');
  });

  it('tells a subscription of changes', async () => {
    await using server = await startSdkHttp('modern');
    await using upstream = await overHttp(server);
    const { heard, stop } = listen(upstream);
    await expect.poll(() => heard).toHaveLength(1);
    server.notifyToolsChanged();
    await expect.poll(() => heard).toEqual(changed);
    expect(await stop()).toMatchObject({ code: 'cancelled' });
  });
});
