import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { buildError, buildNotification, buildRequest, buildResult, withId } from './build.ts';
import { EnvelopeError } from './envelope-error.ts';
import { idText, integerId, textOf } from './envelope.ts';
import { findProgressToken, parseParams, paramsText, resultIsError, withMember } from './params.ts';
import { readEnvelope } from './read-envelope.ts';

const read = (text: string): ReturnType<typeof readEnvelope> => readEnvelope(Buffer.from(text));

function faultOf(text: string): string | undefined {
  try {
    read(text);
    return undefined;
  } catch (error) {
    return error instanceof EnvelopeError ? `${error.rpcCode} ${error.fault}` : String(error);
  }
}

const idJson = fc.oneof(
  fc.integer().map(String),
  fc.constantFrom('0', '-5', '123456789012345678901234567890'),
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
);
const space = fc.constantFrom('', ' ', '\n\t', '\r\n  ');
const unknownKey = fc.string({ unit: 'grapheme' }).map((key) => `x-${key}`);

/** The members of a message in any order, with unknown ones among them and odd white space between. */
function messageText(members: readonly (readonly [string, string])[]): fc.Arbitrary<string> {
  const extra = fc.uniqueArray(fc.tuple(unknownKey, fc.json()), {
    maxLength: 3,
    selector: ([k]) => k,
  });
  return extra.chain((more) =>
    fc
      .tuple(
        fc.shuffledSubarray([...members, ...more], { minLength: members.length + more.length }),
        space,
      )
      .map(([all, w]) => {
        const inner = all.map(([key, value]) => `${JSON.stringify(key)}${w}:${w}${value}`);
        return `${w}{${w}${inner.join(`${w},${w}`)}${w}}${w}`;
      }),
  );
}

describe('readEnvelope', () => {
  it('finds the parts of results as JSON.parse does, and gives the bytes back after two splices', () => {
    const sample = fc.tuple(idJson, idJson, fc.json()).chain(([id, other, result]) =>
      fc.tuple(
        fc.constant({ id, other, result }),
        fc.oneof(
          messageText([
            ['jsonrpc', '"2.0"'],
            ['id', id],
            ['result', result],
          ]),
          fc.constant(`{"jsonrpc":"2.0","id":${id},"result":${result}}`),
          fc.constant(`{"result":${result},"jsonrpc":"2.0","id":${id}}`),
        ),
      ),
    );
    fc.assert(
      fc.property(sample, ([{ id, other, result }, text]) => {
        const bytes = Buffer.from(text);
        const envelope = readEnvelope(bytes);
        expect(envelope.kind).toBe('result');
        expect(idText(envelope)).toBe(id);
        expect(textOf(bytes, envelope.result!).toString()).toBe(result.trim());
        const changed = readEnvelope(Buffer.concat(withId(envelope, other)));
        expect(idText(changed)).toBe(other);
        expect(Buffer.concat(withId(changed, id)).equals(bytes)).toBe(true);
        const { isError }: { isError?: unknown } = JSON.parse(result) ?? {};
        expect(resultIsError(envelope)).toBe(isError === true);
      }),
      { numRuns: 500 },
    );
  });

  it('reads requests in any order of members', () => {
    const params =
      '{"name":"t","arguments":{"big":12345678901234567890,"huge":1e400,"u":"\\u00e9😀"}}';
    fc.assert(
      fc.property(
        messageText([
          ['jsonrpc', '"2.0"'],
          ['id', '7'],
          ['method', '"tools\\/call"'],
          ['params', params],
        ]),
        (text) => {
          const envelope = read(text);
          expect(envelope).toMatchObject({ kind: 'request', method: 'tools/call' });
          expect(integerId(envelope)).toBe(7);
          expect(paramsText(envelope)?.toString()).toBe(params);
        },
      ),
    );
  });

  it('tells the kinds apart', () => {
    expect(read('{"jsonrpc":"2.0","method":"a"}').kind).toBe('notification');
    expect(read('{"jsonrpc":"2.0","id":"x","method":"a"}').kind).toBe('request');
    expect(read('{"jsonrpc":"2.0","id":1,"error":{"code":1}}').kind).toBe('error');
    expect(read('{"jsonrpc":"2.0","id":null,"error":{}}')).toMatchObject({
      kind: 'error',
      id: undefined,
    });
    expect(read('{"jsonrpc":"2.0","id":1,"result":null}').kind).toBe('result');
  });

  it.each([
    ['', '-32700 syntax'],
    ['nonsense', '-32700 syntax'],
    ['{"jsonrpc":"2.0","id":1,"result":{}', '-32700 syntax'],
    ['{"jsonrpc":"2.0","id":1,"result":{}}}', '-32700 syntax'],
    ['{"jsonrpc":"2.0","id":01,"result":{}}', '-32700 syntax'],
    ['[{"jsonrpc":"2.0","method":"a"}]', '-32600 batch'],
    ['  []', '-32600 batch'],
    ['{}', '-32600 invalid'],
    ['{"jsonrpc":"1.0","method":"a"}', '-32600 invalid'],
    ['{"jsonrpc":"2.0","id":null,"method":"a"}', '-32600 invalid'],
    ['{"jsonrpc":"2.0","id":1.5,"method":"a"}', '-32600 invalid'],
    ['{"jsonrpc":"2.0","id":{},"method":"a"}', '-32600 invalid'],
    ['{"jsonrpc":"2.0","id":1,"method":5}', '-32600 invalid'],
    ['{"jsonrpc":"2.0","id":1,"method":""}', '-32600 invalid'],
    ['{"jsonrpc":"2.0","id":1,"method":"a","params":[1]}', '-32600 invalid'],
    ['{"jsonrpc":"2.0","id":1,"method":"a","result":{}}', '-32600 invalid'],
    ['{"jsonrpc":"2.0","result":{}}', '-32600 invalid'],
    ['{"jsonrpc":"2.0","id":1,"result":{},"error":{}}', '-32600 invalid'],
    ['{"jsonrpc":"2.0","id":1,"error":"bad"}', '-32600 invalid'],
  ])('refuses %s', (text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });

  it.each([
    '{"jsonrpc":"2.0","id":1,"result":{},"id":2}',
    '{"jsonrpc":"2.0","id":1,"result":{},"ID":2}',
    '{"jsonrpc":"2.0","id":1,"result":{},"\\u0069d":2}',
    '{"result":{},"jsonrpc":"2.0","id":1,"id":2}',
    '{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}',
    '{"jsonrpc":"2.0","id":1,"method":"a","params":{},"paramſ":{}}',
  ])('refuses %s, which receivers would read differently', (text) => {
    expect(faultOf(text)).toBe('-32600 invalid');
  });
});

describe('resultIsError', () => {
  it.each([
    ['{"content":[],"isError":true}', true],
    ['{"\\u0069sError":true}', true],
    ['{ "isError" : true }', true],
    ['{"isError":false}', false],
    ['{"isError":"true"}', false],
    ['{"isError":true,"isError":false}', false],
    ['{"structuredContent":{"isError":true}}', false],
    ['{"content":[{"type":"text","text":"\\"isError\\":true"}]}', false],
    ['[]', false],
    ['{}', false],
  ])('of %s is %s', (result, expected) => {
    expect(resultIsError(read(`{"jsonrpc":"2.0","id":1,"result":${result}}`))).toBe(expected);
    expect(resultIsError(read(`{"id":1,"result":${result},"jsonrpc":"2.0"}`))).toBe(expected);
  });
});

describe('params', () => {
  it('replaces a member and nothing else', () => {
    const params = Buffer.from(
      '{ "_meta":{"progressToken":"a","x":1.0} ,"name" : "old","arguments":{"name":"keep"}}',
    );
    expect(withMember(params, ['name'], '"new"')?.toString()).toBe(
      '{ "_meta":{"progressToken":"a","x":1.0} ,"name" : "new","arguments":{"name":"keep"}}',
    );
    expect(withMember(params, ['uri'], '"x"')).toBeUndefined();
  });

  it('finds a progress token however it is spelled', () => {
    const token = (text: string): string | undefined => {
      const bytes = Buffer.from(text);
      const range = findProgressToken(bytes);
      return range && textOf(bytes, range).toString();
    };
    expect(token('{"_meta":{"progressToken":5}}')).toBe('5');
    expect(token('{"_met\\u0061":{"progress\\u0054oken":"x"}}')).toBe('"x"');
    expect(token('{"arguments":{"_meta":{"progressToken":5}}}')).toBeUndefined();
  });

  it('are refused where a reader that ignores case would see another call', () => {
    const parse = (params: string) =>
      parseParams(read(`{"jsonrpc":"2.0","id":1,"method":"m","params":${params}}`));
    for (const params of [
      '{"name":"echo","Name":"drop"}',
      '{"name":"echo","argument\u017f":{}}',
      '{"NAME":"drop"}',
      '{"ref":{"type":"ref/prompt","name":"a","nam\\u0045":"b"}}',
      '{"_meta":{"ProgressToken":7}}',
      '{"_Meta":{"progressToken":7}}',
      '{"_meta":{"io.modelcontextprotocol/protocolversion":"2026-07-28"}}',
      '{"_meta":{"IO.modelcontextprotocol/clientCapabilities":{}}}',
      '{"taskId":"a","taskid":"b"}',
      '{"inputresponses":{}}',
      '{"RequestState":"x"}',
    ]) {
      expect(() => parse(params), params).toThrow(EnvelopeError);
    }
    expect(parse('{"name":"echo","arguments":{"Name":1,"name":2}}')).toHaveProperty('name');
  });

  it('are refused where the text is not valid JSON', () => {
    const bad = read('{"jsonrpc":"2.0","id":1,"method":"a","params":{"a":"\\q"}}');
    expect(() => parseParams(bad)).toThrow(EnvelopeError);
    expect(parseParams(read('{"jsonrpc":"2.0","id":1,"method":"a"}'))).toEqual({});
  });
});

describe('builders', () => {
  it('build what readEnvelope reads', () => {
    const params = Buffer.from('{"a":1e400}');
    expect(buildRequest('"é"', 'tools/call', params).toString()).toBe(
      '{"jsonrpc":"2.0","id":"é","method":"tools/call","params":{"a":1e400}}',
    );
    expect(buildNotification('n').toString()).toBe('{"jsonrpc":"2.0","method":"n"}');
    expect(buildResult('1', Buffer.from('{}')).toString()).toBe(
      '{"jsonrpc":"2.0","id":1,"result":{}}',
    );
    expect(buildResult('1', '{}').toString()).toBe('{"jsonrpc":"2.0","id":1,"result":{}}');
    expect(buildError(null, -32700, 'no "x"').toString()).toBe(
      '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no \\"x\\""}}',
    );
    expect(readEnvelope(buildError('1', 5, 'm', { a: 1 })).kind).toBe('error');
  });
});
