import { PassThrough } from 'node:stream';

import {
  connectStdio,
  findMember,
  mirroredHeaders,
  readEnvelope,
  scanObject,
  textOf,
} from '@plugboard/protocol';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildGrant, buildInstance, buildOffering, upstreamsOf } from '../testing/build.ts';
import { serveGateway } from '../testing/serve-gateway.ts';

type Era = 'legacy' | 'modern';

const envelopeKey = 'io.modelcontextprotocol/';
const discovery = '{"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}}}';
const hello = '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{}}';

/** A server on pipes that notes what it is sent, to the byte, and answers what the test says. */
async function startServer(era: Era) {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const server = { params: '', answer: '' };
  let rest = '';
  stdin.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) hear(Buffer.from(line));
  });
  function hear(bytes: Buffer): void {
    const { method, id, params } = readEnvelope(bytes);
    if (!id) return;
    const greets = era === 'modern' ? 'server/discover' : 'initialize';
    if (method === 'tools/call') server.params = params ? textOf(bytes, params).toString() : '';
    const answer = method === 'tools/call' ? server.answer : `"result":${hello}`;
    const known = method === greets || method === 'tools/call';
    const said = method === 'server/discover' ? `"result":${discovery}` : answer;
    const refusal = '"error":{"code":-32601,"message":"no"}';
    stdout.write(
      `{"x-top":1e2,${known ? said : refusal},"jsonrpc":"2.0","id":${textOf(bytes, id).toString()}}\n`,
    );
  }
  const clientInfo = { name: 'test', version: '1' };
  const upstream = await connectStdio({ stdin, stdout, clientInfo });
  return { server, upstream };
}

/** A gateway in front of one such server, and a client that sends raw text and sees raw text. */
async function serve(client: Era, upstreamEra: Era) {
  const { server, upstream } = await startServer(upstreamEra);
  expect(upstream.hello.era).toBe(upstreamEra);
  const instance = buildInstance('srv', [buildOffering('t')], { era: upstreamEra });
  const one = { grants: [buildGrant()], instances: [instance] };
  const gateway = await serveGateway({ access: { one }, upstreams: upstreamsOf(upstream) });
  const url = `http://127.0.0.1:${gateway.port}/mcp/starter/srv`;
  const common = {
    authorization: 'Bearer one',
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
  const post = (body: string, headers: Readonly<Record<string, string>>) =>
    fetch(url, { method: 'POST', body, headers: { ...common, ...headers } });
  let session = '';
  if (client === 'legacy') {
    const params = '{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t"}}';
    const opened = await post(
      `{"jsonrpc":"2.0","id":0,"method":"initialize","params":${params}}`,
      {},
    );
    session = opened.headers.get('mcp-session-id') ?? '';
    await opened.text();
  }
  return {
    server,
    /** Calls the tool and gives the raw text of the answer. */
    async call(params: string): Promise<Buffer> {
      const body = `{"jsonrpc":"2.0","id":"é 1","x":{"y":1e400},"method":"tools/call","params":${params}}`;
      const headers: Record<string, string> =
        client === 'legacy'
          ? { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' }
          : {
              'mcp-protocol-version': '2026-07-28',
              ...mirroredHeaders('tools/call', Buffer.from(params)),
            };
      return Buffer.from(await (await post(body, headers)).arrayBuffer());
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

const space = fc.constantFrom('', ' ', '\t', '  ');

/** JSON text of every kind at every depth, with what a parser would lose. */
const value = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('0', '-0', '1e400', '123456789012345678901234567890', '1.50', 'false', 'null'),
    fc.constantFrom('"\\u00e9"', '"\\/"', '"é😀\u2028"', '"\\ud83d\\ude00"', '"{\\"a\\":1}"', '""'),
    fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)),
    fc
      .tuple(space, fc.array(tie('value'), { maxLength: 3 }))
      .map(([w, items]) => `[${w}${items.join(`${w},${w}`)}${w}]`),
    members(tie('value')).map(([w, all]) => objectOf(w, all)),
  ),
})).value;

function members(of: fc.Arbitrary<string>) {
  const key = fc.string({ unit: 'grapheme', maxLength: 6 }).map((text) => `x-${text}`);
  const all = fc.uniqueArray(fc.tuple(key, of), { maxLength: 3, selector: ([name]) => name });
  return fc.tuple(space, all);
}

function objectOf(w: string, all: readonly (readonly [string, string])[]): string {
  return `{${w}${all.map(([key, text]) => `${JSON.stringify(key)}${w}:${w}${text}`).join(`${w},${w}`)}${w}}`;
}

/** An object with these members somewhere among unknown ones. */
function objectWith(known: readonly (readonly [string, string])[]): fc.Arbitrary<string> {
  return members(value).chain(([w, more]) =>
    fc
      .shuffledSubarray([...more, ...known], { minLength: more.length + known.length })
      .map((all) => objectOf(w, all)),
  );
}

const modernMeta = [
  [`${envelopeKey}protocolVersion`, '"2026-07-28"'],
  [`${envelopeKey}clientCapabilities`, '{"x-new":{"n":1.50}}'],
] as const;

const paramsOf = (era: Era): fc.Arbitrary<string> =>
  fc.tuple(objectWith(era === 'modern' ? modernMeta : []), objectWith([])).chain(([meta, args]) =>
    objectWith([
      ['name', '"t"'],
      ['arguments', args],
      ['_meta', meta],
    ]),
  );

const resultOf = (era: Era): fc.Arbitrary<string> =>
  value.chain((item) =>
    objectWith([
      ['content', `[{"type":"x-new","x":${item}}]`],
      ...(era === 'modern' ? ([['resultType', '"complete"']] as const) : []),
    ]),
  );

/** The members of an object as text, but for those that only one era has. */
function rawMembers(text: Buffer, without: readonly string[]): string[] {
  return scanObject(text)
    .filter(({ key }) => !without.includes(key))
    .map(({ key, value: range }) => `${key} ${textOf(text, range).toString()}`);
}

/** Params without their `_meta`, and its members but for the envelope of the modern era. */
function told(params: Buffer): { readonly members: string[]; readonly meta: string[] } {
  const range = findMember(params, { start: 0, end: params.length }, '_meta');
  const meta = range ? textOf(params, range) : Buffer.from('{}');
  const members = rawMembers(params, ['_meta']);
  const kept = rawMembers(meta, []).filter((each) => !each.startsWith(envelopeKey));
  return { members, meta: kept };
}

const runs = { numRuns: 60 };

describe.each([
  ['legacy', 'legacy'],
  ['legacy', 'modern'],
  ['modern', 'legacy'],
  ['modern', 'modern'],
] as const)('a %s client and a %s server', (client, upstream) => {
  let served: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => void (served = await serve(client, upstream)));
  afterAll(() => served[Symbol.asyncDispose]());
  const isSame = client === upstream;

  it('send each other params of any form, unchanged', async () => {
    const property = fc.asyncProperty(paramsOf(client), async (params) => {
      served.server.answer = '"result":{"resultType":"complete","content":[]}';
      await served.call(params);
      const got = served.server.params;
      if (isSame) expect(got).toBe(params);
      else expect(told(Buffer.from(got))).toEqual(told(Buffer.from(params)));
    });
    await fc.assert(property, runs);
  });

  it('send each other results of any form, unchanged', async () => {
    const params = `{"name":"t","_meta":${objectOf('', client === 'modern' ? modernMeta : [])}}`;
    const property = fc.asyncProperty(resultOf(upstream), async (result) => {
      served.server.answer = `"result":${result}`;
      const answer = readEnvelope(await served.call(params));
      expect(answer.id && textOf(answer.bytes, answer.id).toString()).toBe('"é 1"');
      const got = answer.result ? textOf(answer.bytes, answer.result) : Buffer.alloc(0);
      if (isSame) expect(got.toString()).toBe(result);
      else {
        expect(rawMembers(got, ['resultType'])).toEqual(
          rawMembers(Buffer.from(result), ['resultType']),
        );
      }
    });
    await fc.assert(property, runs);
  });

  it('send each other errors of any form, unchanged', async () => {
    const params = `{"name":"t","_meta":${objectOf('', client === 'modern' ? modernMeta : [])}}`;
    const errors = objectWith([
      ['code', '-32123'],
      ['message', '"no \\u00e9"'],
    ]);
    const property = fc.asyncProperty(errors, async (error) => {
      served.server.answer = `"error":${error}`;
      const answer = readEnvelope(await served.call(params));
      expect(answer.error && textOf(answer.bytes, answer.error).toString()).toBe(error);
    });
    await fc.assert(property, runs);
  });
});
