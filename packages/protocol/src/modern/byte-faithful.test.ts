import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { buildRequest, resultParts } from '../envelope/build.ts';
import { idText, textOf } from '../envelope/envelope.ts';
import { readEnvelope } from '../envelope/read-envelope.ts';
import { spliceEnvelope } from '../envelope/splice-envelope.ts';
import { insertionOf, lastMember, removalOf } from '../json/members.ts';
import { scanObject } from '../json/scan.ts';
import { splice } from '../json/splice.ts';
import { buildInputRequired, readInputRequired, withRequestState } from './input-required.ts';
import { buildInputResponses, readInput, withInput, withoutInput } from './input-responses.ts';
import { digestParams } from './params-digest.ts';
import { metaKeys } from './request-meta.ts';
import { completedParts, resultTypeOf, withCaching, withResultType } from './result-type.ts';
import { withoutRequestMeta, withRequestMeta } from './splice-meta.ts';

const space = fc.constantFrom('', ' ', '\n\t', '\r\n  ');

/** JSON text of every kind, with what a parser would lose: big numbers, spellings, white space. */
const value = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('0', '-0', '1e400', '123456789012345678901234567890', '1.50', 'true', 'null'),
    fc.constantFrom('"\\u00e9"', '"\\/"', '"é😀"', '"\\ud800"', '"{\\"resultType\\":1}"', '""'),
    fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
    fc
      .tuple(space, fc.array(tie('value'), { maxLength: 3 }))
      .map(([w, items]) => `[${w}${items.join(`${w},${w}`)}${w}]`),
    fc
      .tuple(
        space,
        fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), tie('value')), { maxLength: 3 }),
      )
      .map(([w, members]) => objectOf(w, members)),
  ),
})).value;

function objectOf(w: string, members: readonly (readonly [string, string])[]): string {
  const texts = members.map(([key, text]) => `${JSON.stringify(key)}${w}:${w}${text}`);
  return `{${w}${texts.join(`${w},${w}`)}${w}}`;
}

/** An object with those members in any order among unknown ones. */
function objectWith(members: readonly (readonly [string, string])[]): fc.Arbitrary<string> {
  const unknown = fc.uniqueArray(
    fc.tuple(
      fc.string({ unit: 'grapheme' }).map((key) => `x-${key}`),
      value,
    ),
    { maxLength: 4, selector: ([key]) => key },
  );
  return fc
    .tuple(unknown, space)
    .chain(([more, w]) =>
      fc
        .shuffledSubarray([...more, ...members], { minLength: more.length + members.length })
        .map((all) => objectOf(w, all)),
    );
}

const unknownObject = objectWith([]);
const paramsWithMeta = objectWith([]).chain((meta) =>
  objectWith([
    ['_meta', meta],
    ['name', '"t"'],
  ]),
);
const meta = {
  protocolVersion: '2026-07-28',
  clientCapabilities: '{"roots":{},"x":1e400}',
  clientInfo: '{"name":"é"}',
  logLevel: 'debug',
};

const buffer = (text: string): Buffer => Buffer.from(text);
const whole = (bytes: Buffer) => ({ start: 0, end: bytes.length });

/** The members of an object as they are written, but for some. */
function rawMembers(bytes: Buffer, without: readonly string[] = []): string[] {
  return scanObject(bytes)
    .filter(({ key }) => !without.includes(key))
    .map(({ start, value: { end } }) => bytes.toString('utf8', start, end));
}

describe('members', () => {
  it('are put in and taken out without a trace', () => {
    fc.assert(
      fc.property(unknownObject, value, (text, added) => {
        const before = buffer(text);
        const put = splice(before, [insertionOf(before, whole(before), `"a":1,"b":${added}`)]);
        expect(lastMember(put, whole(put), 'a')).toBeDefined();
        const out = splice(put, removalOf(put, whole(put), new Set(['a', 'b'])));
        expect(out.toString()).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('leave every other as it was, wherever they stand', () => {
    const mixed = objectWith([
      ['a', '1'],
      ['b', '{"a":2}'],
      ['c', '[]'],
    ]);
    fc.assert(
      fc.property(mixed, (text) => {
        const before = buffer(text);
        const after = splice(before, removalOf(before, whole(before), new Set(['a', 'c'])));
        expect(rawMembers(after)).toEqual(rawMembers(before, ['a', 'c']));
      }),
    );
  });

  it('are all taken out when they are repeated, and the last one is found', () => {
    const bytes = buffer('{"a":1,"b":2,"\\u0061":3,"c":4,"a":5}');
    expect(splice(bytes, removalOf(bytes, whole(bytes), new Set(['a']))).toString()).toBe(
      '{"b":2,"c":4}',
    );
    expect(textOf(bytes, lastMember(bytes, whole(bytes), 'a')!).toString()).toBe('5');
    const unreadable = buffer('{"a\\q":1}');
    expect(lastMember(unreadable, whole(unreadable), 'a')).toBeUndefined();
  });
});

describe('the _meta of requests', () => {
  it('comes and goes without a trace where a client has its own', () => {
    fc.assert(
      fc.property(paramsWithMeta, (text) => {
        const there = withRequestMeta(buffer(text), meta);
        expect(JSON.parse(there.toString())).toHaveProperty(['_meta', metaKeys.logLevel], 'debug');
        expect(withoutRequestMeta(there).toString()).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('is all that comes where a client has none', () => {
    fc.assert(
      fc.property(unknownObject, (text) => {
        const there = withRequestMeta(buffer(text), meta);
        expect(rawMembers(there, ['_meta'])).toEqual(rawMembers(buffer(text)));
        const back = withoutRequestMeta(there);
        expect(splice(back, removalOf(back, whole(back), new Set(['_meta']))).toString()).toBe(
          text,
        );
      }),
    );
  });

  it('replaces what was said before, in whatever spelling', () => {
    const params = buffer(
      '{"_meta":{"io.modelcontextprotocol/protocolVersion":"old","traceparent":"t","io.modelcontextprotocol\\/logLevel":"info"}}',
    );
    expect(
      withRequestMeta(params, { protocolVersion: 'new', clientCapabilities: '{}' }).toString(),
    ).toBe(
      '{"_meta":{"io.modelcontextprotocol/protocolVersion":"new","io.modelcontextprotocol/clientCapabilities":{},"traceparent":"t"}}',
    );
    expect(withoutRequestMeta(params).toString()).toBe('{"_meta":{"traceparent":"t"}}');
  });

  it('stands in for one that is no object', () => {
    const bare = { protocolVersion: 'v', clientCapabilities: '{}' };
    const expected = withRequestMeta(undefined, bare).toString();
    expect(withRequestMeta(buffer('{"_meta":null}'), bare).toString()).toBe(expected);
    expect(withoutRequestMeta(buffer('{"_meta":null}')).toString()).toBe('{"_meta":null}');
  });
});

describe('the input of requests', () => {
  it('comes and goes without a trace', () => {
    fc.assert(
      fc.property(
        fc.oneof(unknownObject, paramsWithMeta),
        fc.dictionary(fc.string({ unit: 'grapheme' }), unknownObject),
        fc.string({ unit: 'binary' }),
        (text, answers, state) => {
          const responses = buildInputResponses(
            Object.entries(answers).map(([key, answer]) => [key, buffer(answer)] as const),
          );
          const there = withInput(buffer(text), responses, state);
          const read = readInput(there)!;
          expect(read.requestState).toBe(state);
          expect(
            [...read.responses].map(([key, answer]) => [key, answer.toString()] as const),
          ).toEqual(Object.entries(answers));
          expect(withoutInput(there).toString()).toBe(text);
          expect(digestParams(there).equals(digestParams(buffer(text)))).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('does not change what request it is, and everything else does', () => {
    const digest = (text: string): string => digestParams(buffer(text)).toString('hex');
    const first = digest('{"_meta": {"a": 1}, "name": "t", "arguments": {"n": 1}}');
    expect(
      digest(
        '{"name": "t", "arguments": {"n": 1}, "inputResponses": {}, "requestState": "s", "_meta": {}}',
      ),
    ).toBe(first);
    expect(digest('{"name": "t", "arguments": {"n": 2}}')).not.toBe(first);
    expect(digest('{"name": "t", "arguments": {"n": 1, "_meta": {}}}')).not.toBe(first);
    expect(digestParams(undefined)).toHaveLength(32);
  });

  it('is read from nothing else', () => {
    expect(
      readInput(buffer('{"arguments":{"inputResponses":{},"requestState":"s"}}')),
    ).toBeUndefined();
    expect(readInput(buffer('{"inputResponses":[],"requestState":5}'))?.responses.size).toBe(0);
    expect(withInput(undefined, undefined, undefined).toString()).toBe('{}');
  });
});

describe('results', () => {
  it('get their resultType, and nothing else', () => {
    fc.assert(
      fc.property(unknownObject, (text) => {
        const typed = withResultType(buffer(text));
        expect(
          splice(typed, removalOf(typed, whole(typed), new Set(['resultType']))).toString(),
        ).toBe(text);
        expect(withResultType(typed)).toBe(typed);
        const answer = readEnvelope(Buffer.concat(resultParts('1', buffer(text))));
        expect(resultTypeOf(answer)).toBeUndefined();
        const sent = readEnvelope(Buffer.concat(completedParts(answer, '"other"')));
        expect(idText(sent)).toBe('"other"');
        expect(resultTypeOf(sent)).toBe('complete');
        expect(textOf(sent.bytes, sent.result!).equals(typed)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('keep a resultType of their own, known or not', () => {
    const typeOf = (result: string): string | undefined =>
      resultTypeOf(readEnvelope(buffer(`{"jsonrpc":"2.0","id":1,"result":${result}}`)));
    expect(typeOf('{"resultType":"task"}')).toBe('task');
    expect(typeOf('{"result\\u0054ype":"task"}')).toBe('task');
    expect(typeOf('{"resultType":"complete","resultType":"input_required"}')).toBe(
      'input_required',
    );
    expect(typeOf('{"structuredContent":{"resultType":"task"}}')).toBeUndefined();
    expect(typeOf('{"resultType":5}')).toBe('5');
    expect(typeOf('null')).toBeUndefined();
    expect(withResultType(buffer('{"resultType":"task"}')).toString()).toBe(
      '{"resultType":"task"}',
    );
    expect(withResultType(buffer('[]')).toString()).toBe('[]');
    const error = readEnvelope(buffer('{"jsonrpc":"2.0","id":1,"error":{"code":1}}'));
    expect(Buffer.concat(completedParts(error, '2')).toString()).toBe(
      '{"jsonrpc":"2.0","id":2,"error":{"code":1}}',
    );
  });

  it('say how long they may be kept, in place of what they said', () => {
    const said = objectWith([
      ['ttlMs', '5'],
      ['cacheScope', '"public"'],
    ]);
    fc.assert(
      fc.property(fc.oneof(unknownObject, said), (text) => {
        const result = withCaching(buffer(text), { ttlMs: 7, cacheScope: 'private' });
        expect(JSON.parse(result.toString())).toMatchObject({ ttlMs: 7, cacheScope: 'private' });
        const keys = ['ttlMs', 'cacheScope'];
        expect(rawMembers(result, keys)).toEqual(rawMembers(buffer(text), keys));
      }),
    );
  });

  it('that ask for input are read as they were written', () => {
    const request = fc.record({
      key: fc.string({ unit: 'grapheme' }),
      method: fc.constantFrom('elicitation/create', 'roots/list', 'x/y'),
      params: fc.option(objectWith([]).map(buffer), { nil: undefined }),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(request, { selector: ({ key }) => key, minLength: 1, maxLength: 5 }),
        fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
        (requests, requestState) => {
          const result = buildInputRequired(requests, requestState);
          // Params of any depth may repeat a key, which is refused and has its own test.
          fc.pre(isUnambiguous(result));
          expect(readInputRequired(result)).toEqual({ requests, requestState });
          const other = withRequestState(result, 'sealed');
          expect(readInputRequired(other)).toEqual({ requests, requestState: 'sealed' });
          expect(rawMembers(other, ['requestState'])).toEqual(rawMembers(result, ['requestState']));
        },
      ),
    );
  });
});

function isUnambiguous(result: Buffer): boolean {
  try {
    readInputRequired(result);
    return true;
  } catch {
    return false;
  }
}

describe('readInputRequired', () => {
  it.each([
    ['{"resultType":"input_required"}', 'asks nothing'],
    ['{"inputRequests":{}}', 'asks nothing'],
    ['{"requestState":5}', 'no string'],
    ['{"inputRequests":[]}', 'expected an object'],
    ['{"inputRequests":{"a":{}}}', 'no method'],
    ['{"inputRequests":{"a":5}}', 'expected an object'],
    ['{"inputRequests":{"a":{"method":"roots/list","params":[]}}}', 'must be an object'],
    ['{"inputRequests":{"a":{"method":"roots/list","method":"x"}}}', 'same key twice'],
    ['{"inputRequests":{"a":{"method":"roots/list","Method":"x"}}}', 'must appear once'],
    ['{"requestState":"a","requeststate":"b"}', 'must appear once'],
  ])('refuses %s', (text, reason) => {
    expect(() => readInputRequired(buffer(text))).toThrow(reason);
  });

  it('refuses more questions than anyone would answer', () => {
    const requests = Array.from({ length: 65 }, (_, index) => ({
      key: String(index),
      method: 'roots/list',
      params: undefined,
    }));
    expect(() => readInputRequired(buildInputRequired(requests, undefined))).toThrow(
      'more than 64',
    );
  });
});

describe('spliceEnvelope', () => {
  it('finds the parts where reading anew would', () => {
    const message = fc
      .tuple(unknownObject, fc.boolean())
      .map(([text, isRequest]) =>
        isRequest
          ? buildRequest('7', 'm', buffer(text))
          : buffer(`{"x":1,"result":${text},"id":"a","jsonrpc":"2.0"}`),
      );
    fc.assert(
      fc.property(message, value, (bytes, replacement) => {
        const envelope = readEnvelope(bytes);
        const root = (envelope.result ?? envelope.params)!;
        const edits = scanObject(bytes, root.start, root.end).map(({ value: range }) => ({
          range,
          replacement,
        }));
        edits.unshift({ range: { start: root.start + 1, end: root.start + 1 }, replacement: ' ' });
        const spliced = spliceEnvelope(envelope, edits);
        expect(spliced).toEqual(readEnvelope(splice(bytes, edits)));
      }),
    );
  });
});

describe('a message through the gateway', () => {
  it('comes out of a change of era and back as it went in', () => {
    const request = objectWith([]).chain((inner) =>
      objectWith([
        ['_meta', inner],
        ['arguments', inner],
      ]),
    );
    fc.assert(
      fc.property(request, (text) => {
        const modern = withRequestMeta(buffer(text), meta);
        const again = withInput(modern, buffer('{"k":{"action":"accept"}}'), 'state');
        expect(withoutRequestMeta(withoutInput(again)).toString()).toBe(text);
        expect(withoutInput(withoutRequestMeta(again)).toString()).toBe(text);
      }),
    );
  });
});
