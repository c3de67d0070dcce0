import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { headerParameters } from './header-parameters.ts';
import { decodeHeaderValue, encodeHeaderValue, headerValue } from './header-value.ts';
import { checkRequest, mirroredHeaders } from './mirrored-headers.ts';
import { ModernError } from './modern-error.ts';
import {
  checkParameterHeaders,
  otherParameterHeaders,
  parameterHeaders,
} from './parameter-headers.ts';

function errorOf(run: () => unknown): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    if (!(error instanceof ModernError)) throw error;
    return [error.rpcCode, error.httpStatus, error.data];
  }
}

const rpcCodeOf = (run: () => unknown): unknown => {
  const error = errorOf(run);
  return Array.isArray(error) ? error[0] : error;
};

describe('header values', () => {
  it('are legal in HTTP, safe from trimming, and come back as they were', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const value = encodeHeaderValue(text);
        expect(value).toMatch(/^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/);
        expect(decodeHeaderValue(value)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['us-west1', 'us-west1'],
    ['a b', 'a b'],
    [' a', '=?base64?IGE=?='],
    ['a\t', '=?base64?YQk=?='],
    ['', '=?base64??='],
    ['a\r\nX-Evil: 1', '=?base64?YQ0KWC1FdmlsOiAx?='],
    ['世', '=?base64?5LiW?='],
    ['=?base64?YQ==?=', '=?base64?PT9iYXNlNjQ/WVE9PT89?='],
    ['=?base64?YQ==', '=?base64?YQ=='],
  ])('write %j as %j', (text, value) => {
    expect(encodeHeaderValue(text)).toBe(value);
  });

  it.each(['=?base64?SGVsbG8?=', '=?base64?SGVs!!!bG8=?=', '=?base64?/w==?=', '=?base64?YR==?='])(
    'do not read %s, which has more than one meaning or none',
    (value) => {
      expect(decodeHeaderValue(value)).toBeUndefined();
    },
  );

  it('are read without white space around them, in no more time than they have characters', () => {
    const headers = { a: ` \t${' '.repeat(100_000)}x${' '.repeat(100_000)}y `, b: ['1', '2'] };
    expect(headerValue(headers, 'a')).toHaveLength(100_002);
    expect(headerValue(headers, 'b')).toBe('1, 2');
    expect(headerValue(headers, 'constructor')).toBeUndefined();
  });
});

const version = '2026-07-28';
const meta = {
  'io.modelcontextprotocol/protocolVersion': version,
  'io.modelcontextprotocol/clientCapabilities': {},
};
const call = (fields: object = {}): object => ({ name: 'echo', _meta: meta, ...fields });
const headers = {
  'mcp-protocol-version': version,
  'mcp-method': 'tools/call',
  'mcp-name': 'echo',
};

describe('checkRequest', () => {
  it('reads what a request says of its client', () => {
    expect(checkRequest(headers, 'tools/call', call())).toEqual({
      protocolVersion: version,
      clientCapabilities: {},
      clientInfo: undefined,
      logLevel: undefined,
    });
  });

  it.each<[string, object]>([
    ['no _meta', { _meta: undefined }],
    ['a _meta that is no object', { _meta: [] }],
    ['no version', { _meta: { ...meta, 'io.modelcontextprotocol/protocolVersion': undefined } }],
    ['no capabilities', { _meta: { 'io.modelcontextprotocol/protocolVersion': version } }],
    [
      'capabilities that are none',
      { _meta: { ...meta, 'io.modelcontextprotocol/clientCapabilities': [] } },
    ],
    ['an odd clientInfo', { _meta: { ...meta, 'io.modelcontextprotocol/clientInfo': 'me' } }],
    ['an odd level', { _meta: { ...meta, 'io.modelcontextprotocol/logLevel': 'loud' } }],
  ])('refuses %s with -32602', (_, fields) => {
    expect(errorOf(() => checkRequest(headers, 'tools/call', call(fields)))).toEqual([
      -32602,
      400,
      undefined,
    ]);
  });

  it('refuses a version that is not spoken, and says which are', () => {
    const fields = { _meta: { ...meta, 'io.modelcontextprotocol/protocolVersion': 'v999' } };
    const asked = { ...headers, 'mcp-protocol-version': 'v999' };
    expect(errorOf(() => checkRequest(asked, 'tools/call', call(fields)))).toEqual([
      -32022,
      400,
      { supported: [version], requested: 'v999' },
    ]);
    expect(rpcCodeOf(() => checkRequest(headers, 'tools/call', call(fields)))).toBe(-32020);
  });

  it.each<[string, object]>([
    ['no version', { 'mcp-protocol-version': undefined }],
    ['another version', { 'mcp-protocol-version': '2025-11-25' }],
    ['no method', { 'mcp-method': undefined }],
    ['another method', { 'mcp-method': 'tools/list' }],
    ['the method in other letters', { 'mcp-method': 'TOOLS/CALL' }],
    ['no name', { 'mcp-name': undefined }],
    ['another name', { 'mcp-name': 'drop' }],
    ['two names', { 'mcp-name': 'echo, drop' }],
    ['a name that nobody reads', { 'mcp-name': '=?base64?!?=' }],
  ])('refuses headers with %s', (_, fields) => {
    const error = errorOf(() => checkRequest({ ...headers, ...fields }, 'tools/call', call()));
    expect(error).toMatchObject([-32020, 400, {}]);
  });

  it('refuses a name in the header that the body does not have', () => {
    expect(rpcCodeOf(() => checkRequest(headers, 'tools/call', call({ name: undefined })))).toBe(
      -32020,
    );
    const { 'mcp-name': _, ...nameless } = headers;
    expect(checkRequest(nameless, 'tools/call', call({ name: 5 }))).toBeDefined();
  });

  it('takes white space and base64', () => {
    const name = { ...headers, 'mcp-name': ' =?base64?ZWNobw==?= ' };
    expect(checkRequest(name, 'tools/call', call())).toBeDefined();
  });

  it.each([
    ['resources/read', 'uri'],
    ['prompts/get', 'name'],
    ['tasks/get', 'taskId'],
    ['tasks/update', 'taskId'],
    ['tasks/cancel', 'taskId'],
  ])('of %s compares %s', (method, key) => {
    const params = { _meta: meta, [key]: 'a://ü' };
    const sent = mirroredHeaders(method, Buffer.from(JSON.stringify(params)));
    const withVersion = { ...sent, 'mcp-protocol-version': version };
    expect(checkRequest(withVersion, method, params)).toBeDefined();
    const other = { ...withVersion, 'mcp-name': 'a://u' };
    expect(rpcCodeOf(() => checkRequest(other, method, params))).toBe(-32020);
  });
});

describe('mirroredHeaders', () => {
  it('names what the body names, for methods that name something', () => {
    const params = Buffer.from('{"n\\u0061me":"caf\\u00e9","arguments":{"name":"no"}}');
    expect(mirroredHeaders('tools/call', params)).toEqual({
      'mcp-method': 'tools/call',
      'mcp-name': '=?base64?Y2Fmw6k=?=',
    });
    expect(mirroredHeaders('tools/list', params)).toEqual({ 'mcp-method': 'tools/list' });
    expect(mirroredHeaders('tools/call', undefined)).toEqual({ 'mcp-method': 'tools/call' });
    expect(mirroredHeaders('constructor', params)).toEqual({ 'mcp-method': 'constructor' });
  });
});

const annotated = (header: unknown, fields: object = { type: 'string' }): object => ({
  ...fields,
  'x-mcp-header': header,
});
const object = (properties: object, more: object = {}): object => ({
  type: 'object',
  properties,
  ...more,
});

describe('headerParameters', () => {
  it('finds what properties alone lead to', () => {
    const schema = object({
      region: annotated('Region'),
      'x-mcp-header': { type: 'string' },
      nested: object({ 'a.b': annotated('Count', { type: 'integer' }) }),
      flag: annotated('x!', { type: 'boolean' }),
      plain: { type: 'number', default: { 'x-mcp-header': 'not one' } },
    });
    expect(headerParameters(schema)).toEqual([
      { header: 'Region', path: ['region'], type: 'string' },
      { header: 'Count', path: ['nested', 'a.b'], type: 'integer' },
      { header: 'x!', path: ['flag'], type: 'boolean' },
    ]);
    expect(headerParameters({ type: 'object' })).toEqual([]);
    expect(headerParameters(undefined)).toEqual([]);
  });

  it.each<[string, object]>([
    ['an empty header', object({ a: annotated('') })],
    ['a header that is no text', object({ a: annotated(5) })],
    ['a header with a space', object({ a: annotated('My Region') })],
    ['a header with a colon', object({ a: annotated('a:b') })],
    ['a header beyond ASCII', object({ a: annotated('Région') })],
    ['a header with a line break', object({ a: annotated('a\r\nb') })],
    ['a header with a line break behind it', object({ a: annotated('a\n') })],
    ['a number', object({ a: annotated('A', { type: 'number' }) })],
    ['an object', object({ a: annotated('A', { type: 'object' }) })],
    ['null', object({ a: annotated('A', { type: 'null' }) })],
    ['several types', object({ a: annotated('A', { type: ['string', 'null'] }) })],
    ['no type', object({ a: annotated('A', {}) })],
    ['the root', annotated('A')],
    ['one header twice', object({ a: annotated('A'), b: annotated('a') })],
    ['array items', object({ a: { type: 'array', items: annotated('A') } })],
    ['tuples', object({ a: { type: 'array', prefixItems: [annotated('A')] } })],
    ['other properties', object({}, { additionalProperties: annotated('A') })],
    ['patterns', object({}, { patternProperties: { a: annotated('A') } })],
    ['alternatives', object({}, { oneOf: [object({ a: annotated('A') })] })],
    ['conditions', object({}, { if: object({ a: annotated('A') }) })],
    ['definitions', object({}, { $defs: { a: annotated('A') } })],
    ['items of properties', object({ a: { items: object({ b: annotated('A') }) } })],
  ])('finds no sense in an annotation on %s', (_, schema) => {
    expect(headerParameters(schema)).toBeUndefined();
  });

  it('is not overwhelmed by what a server may list', () => {
    let deep: object = annotated('Deep');
    for (let depth = 0; depth < 200; depth += 1) deep = object({ a: deep });
    expect(headerParameters(deep)).toHaveLength(1);
    const wide = object(
      { a: annotated('A') },
      { allOf: Array.from({ length: 500_000 }, () => ({})) },
    );
    expect(headerParameters(wide)).toHaveLength(1);
  });

  it('finds no keys that an object inherits', () => {
    const schema = JSON.parse('{"properties":{"__proto__":{"type":"string","x-mcp-header":"P"}}}');
    expect(headerParameters(schema)).toEqual([
      { header: 'P', path: ['__proto__'], type: 'string' },
    ]);
    expect(parameterHeaders(headerParameters(schema)!, { a: 1 })).toEqual({});
  });
});

describe('parameter headers', () => {
  const parameters = headerParameters(
    object({
      region: annotated('Region'),
      count: annotated('Count', { type: 'integer' }),
      on: annotated('On', { type: 'boolean' }),
      in: object({ deep: annotated('Deep') }),
    }),
  )!;
  const check = (sent: Record<string, string>, args: unknown): unknown =>
    rpcCodeOf(() => checkParameterHeaders(sent, parameters, args));

  it('repeat what is there', () => {
    expect(
      parameterHeaders(parameters, { region: 'é', count: 42, on: false, in: { deep: 'x y' } }),
    ).toEqual({
      'Mcp-Param-Region': '=?base64?w6k=?=',
      'Mcp-Param-Count': '42',
      'Mcp-Param-On': 'false',
      'Mcp-Param-Deep': 'x y',
    });
    expect(parameterHeaders(parameters, { region: null, count: 2 ** 53, in: [] })).toEqual({});
    expect(parameterHeaders(parameters, undefined)).toEqual({});
  });

  it('pass the check of what they were made of', () => {
    const args = fc.record(
      {
        region: fc.option(fc.string({ unit: 'binary' })),
        count: fc.integer(),
        on: fc.boolean(),
        in: fc.record({ deep: fc.string() }, { requiredKeys: [] }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(args, (given) => {
        const sent = Object.entries(parameterHeaders(parameters, given)).map(
          ([name, value]) => [name.toLowerCase(), value] as const,
        );
        expect(check(Object.fromEntries(sent), given)).toBeUndefined();
      }),
    );
  });

  it.each<[Record<string, string>, unknown, number | undefined]>([
    [{}, { region: 'eu' }, -32020],
    [{ 'mcp-param-region': 'us' }, { region: 'eu' }, -32020],
    [{ 'mcp-param-region': 'EU' }, { region: 'eu' }, -32020],
    [{ 'mcp-param-region': 'eu' }, {}, -32020],
    [{ 'mcp-param-region': 'eu' }, { region: null }, -32020],
    [{ 'mcp-param-region': '=?base64?ZXU?=' }, { region: 'eu' }, -32020],
    [{ 'mcp-param-region': '=?base64?ZXU=?=' }, { region: 'eu' }, undefined],
    [{ 'mcp-param-count': '42.0' }, { count: 42 }, undefined],
    [{ 'mcp-param-count': '42.5' }, { count: 42 }, -32020],
    [{ 'mcp-param-count': '0x2a' }, { count: 42 }, -32020],
    [{ 'mcp-param-count': '9007199254740993' }, { count: 2 ** 53 }, -32020],
    [{ 'mcp-param-on': 'True' }, { on: true }, -32020],
    [{ 'mcp-param-unknown': 'x' }, {}, undefined],
    [{}, { region: null }, undefined],
    [{}, undefined, undefined],
  ])('%j for %j: %s', (sent, args, code) => {
    expect(check(sent, args)).toBe(code);
  });

  it('that no parameter accounts for are passed on', () => {
    const sent = { 'mcp-param-region': 'eu', 'mcp-param-new': ' x ', 'x-other': '1' };
    expect(otherParameterHeaders(sent, parameters)).toEqual({ 'mcp-param-new': 'x' });
  });
});
