import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { findMember, findPath } from './find-member.ts';
import { JsonSyntaxError } from './json-syntax-error.ts';
import { parseUnambiguous } from './parse.ts';
import { scanArray, scanObject } from './scan.ts';
import { maxDepth, skipValue, skipWhitespace } from './skip-value.ts';
import { splice } from './splice.ts';
import { readString } from './string.ts';

/** Accepts exactly one value with white space around it. */
function scans(text: string): boolean {
  const bytes = Buffer.from(text);
  try {
    const start = skipWhitespace(bytes, 0, bytes.length);
    const end = skipValue(bytes, start, bytes.length);
    return skipWhitespace(bytes, end, bytes.length) === bytes.length;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return false;
    throw error;
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const space = fc.constantFrom('', ' ', '\n', '\t \r\n');

/** JSON text with odd white space; strings in every spelling. */
const spelled = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('0', '-1', '1e400', '123456789012345678901234567890', '1.50', 'true', 'null'),
    fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
    fc.string().map(escapeAll),
    fc
      .tuple(space, fc.array(tie('value')))
      .map(([w, items]) => `[${w}${items.join(`${w},${w}`)}${w}]`),
    fc
      .tuple(space, fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), tie('value'))))
      .map(
        ([w, members]) =>
          `{${w}${members.map(([k, v]) => `${JSON.stringify(k)}${w}:${w}${v}`).join(`${w},`)}${w}}`,
      ),
  ),
})).value;

function escapeAll(text: string): string {
  const escape = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`;
  return `"${Array.from({ length: text.length }, (_, at) => escape(text.charCodeAt(at))).join('')}"`;
}

describe('skipValue', () => {
  it('accepts generated JSON to its last byte', () => {
    fc.assert(
      fc.property(spelled, (text) => {
        expect(scans(text)).toBe(true);
      }),
    );
  });

  it('agrees with JSON.parse about text made of JSON’s own pieces', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '\\',
      '1',
      '-',
      '.5',
      'e1',
      'true',
      'nul',
      ' ',
      '0',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
        const text = pieces.join('');
        // What stands between quotes is not validated, so a bad escape is the one permitted difference.
        fc.pre(!text.includes('\\'));
        expect(scans(text)).toBe(parses(text));
      }),
      { numRuns: 5000 },
    );
  });

  it('refuses every truncation of a document', () => {
    const text = '{"a":[1,{"b":"c\\"d"},true],"e":-1.5e3,"f":"ü€😀"}';
    const bytes = Buffer.from(text);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(scans(bytes.subarray(0, length).toString('latin1'))).toBe(false);
    }
  });

  it('refuses nesting beyond its limit and takes nesting at it', () => {
    expect(scans('['.repeat(maxDepth) + ']'.repeat(maxDepth))).toBe(true);
    expect(scans('['.repeat(maxDepth + 1) + ']'.repeat(maxDepth + 1))).toBe(false);
    expect(scans('['.repeat(1_000_000))).toBe(false);
  });

  it.each([
    ['backslashes', `"${'\\'.repeat(2_000_000)}"`],
    ['escaped quotes', `"${'\\"'.repeat(1_000_000)}"`],
    ['far escaped quotes', `"${`${'x'.repeat(1200)}\\"`.repeat(2000)}"`],
    ['quotes', `[${'"",'.repeat(700_000)}""]`],
    ['an unclosed string of escaped quotes', `"${'\\"'.repeat(1_000_000)}`],
    ['an odd run of backslashes', `"${'\\'.repeat(2_000_001)}"`],
  ])('judges megabytes of %s as JSON.parse does', (_, text) => {
    expect(scans(text)).toBe(parses(text));
  });
});

describe('scanObject and scanArray', () => {
  it('find what JSON.parse finds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.json()), (object) => {
        const text = `{${Object.entries(object)
          .map(([k, v]) => ` ${JSON.stringify(k)} : ${v} `)
          .join(',')}}`;
        const bytes = Buffer.from(text);
        const found = scanObject(bytes).map(({ key, value }) => [
          key,
          JSON.parse(bytes.toString('utf8', value.start, value.end)) as unknown,
        ]);
        expect(found).toEqual(Object.entries(object).map(([k, v]) => [k, JSON.parse(v)]));
      }),
    );
  });

  it('find elements', () => {
    const bytes = Buffer.from(' [ 1 , "a,b" , {"c":[2]} ] ');
    const texts = scanArray(bytes).map((range) => bytes.toString('utf8', range.start, range.end));
    expect(texts).toEqual(['1', '"a,b"', '{"c":[2]}']);
    expect(scanArray(Buffer.from('[]'))).toEqual([]);
    expect(scanObject(Buffer.from(' { } '))).toEqual([]);
  });

  it.each([
    '',
    '{',
    '{}x',
    '{"a":1,}',
    '{"a"1}',
    '{"a":1 "b":2}',
    '[]',
    '{"a":1}{}',
    '{a:1}',
    '{"\\q":1}',
  ])('refuse %j as an object', (text) => {
    expect(() => scanObject(Buffer.from(text))).toThrow(JsonSyntaxError);
  });
});

describe('findMember', () => {
  const find = (text: string, key: string): string | undefined => {
    const bytes = Buffer.from(text);
    const range = findMember(bytes, { start: 0, end: bytes.length }, key);
    return range && bytes.toString('utf8', range.start, range.end);
  };

  it('finds a key in whatever spelling, at its own level alone', () => {
    expect(find('{"x":{"name":1},"n\\u0061me":2}', 'name')).toBe('2');
    expect(find('{"x":{"name":1}}', 'name')).toBeUndefined();
  });

  it.each([
    '{"name":1,"name":2}',
    '{"name":1,"Name":2}',
    '{"NAME":1}',
    '{"name":1,"n\\u0061me":2}',
  ])('refuses %s as ambiguous', (text) => {
    expect(() => find(text, 'name')).toThrow(JsonSyntaxError);
  });

  it('refuses look-alikes that Unicode folding makes equal', () => {
    expect(() => find('{"paramſ":1}', 'params')).toThrow(JsonSyntaxError);
    expect(() => find('{"\u212aey":1}', 'key')).toThrow(JsonSyntaxError);
  });

  it('follows a path through objects only', () => {
    const bytes = Buffer.from('{"_meta":{"progressToken":"t"},"a":[]}');
    const all = { start: 0, end: bytes.length };
    expect(readString(bytes, findPath(bytes, all, ['_meta', 'progressToken'])!)).toBe('t');
    expect(findPath(bytes, all, ['a', 'b'])).toBeUndefined();
  });
});

describe('splice', () => {
  it('restores the bytes when spliced back', () => {
    fc.assert(
      fc.property(spelled, spelled, (value, other) => {
        const before = Buffer.from(`{ "x" : ${value} , "y" :${value}}`);
        const x = findMember(before, { start: 0, end: before.length }, 'x')!;
        const changed = splice(before, [{ range: x, replacement: other }]);
        const again = findMember(changed, { start: 0, end: changed.length }, 'x')!;
        const back = splice(changed, [{ range: again, replacement: value }]);
        expect(back.equals(before)).toBe(true);
      }),
    );
  });

  it('refuses edits that overlap or are out of order', () => {
    const bytes = Buffer.from('0123456789');
    const edits = [
      { range: { start: 4, end: 6 }, replacement: 'a' },
      { range: { start: 5, end: 7 }, replacement: 'b' },
    ];
    expect(() => splice(bytes, edits)).toThrow();
  });
});

describe('parseUnambiguous', () => {
  const parse = (text: string | Buffer): unknown => {
    const bytes = Buffer.from(text);
    return parseUnambiguous(bytes, { start: 0, end: bytes.length });
  };

  it('agrees with JSON.parse where keys are unique', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses a key twice at any depth, however spelled', () => {
    expect(() => parse('{"a":[{"b":{"c":1,"\\u0063":2}}]}')).toThrow('same key twice');
    expect(() => parse('{"a:":":","a:":2}')).toThrow('same key twice');
    expect(parse('{"__proto__":1,"a":{"__proto__":{}}}')).toBeTypeOf('object');
  });

  it('refuses invalid UTF-8 and control characters in strings', () => {
    expect(() => parse(Buffer.from([0x22, 0xff, 0x22]))).toThrow('UTF-8');
    expect(() => parse('"a\nb"')).toThrow('not valid JSON');
  });
});
