import { describe, expect, it } from 'vitest';

import { checkValue } from './check-value.ts';
import { chosenWay } from './chosen-way.ts';
import { initialValue, readJson, UnreadJson, withMember } from './form-value.ts';
import { controlOf, readSchema } from './json-schema.ts';

const control = (schema: Record<string, unknown>) => controlOf(readSchema(schema, schema), 1);

describe('controls of JSON Schema', () => {
  it.each([
    [{ type: 'string' }, 'text'],
    [{ type: ['string', 'null'] }, 'text'],
    [{ anyOf: [{ type: 'integer' }, { type: 'null' }] }, 'integer'],
    [{ type: 'string', format: 'password' }, 'secret'],
    [{ type: 'string', writeOnly: true }, 'secret'],
    [{ type: 'string', 'x-plugboard': { secret: true } }, 'secret'],
    [{ enum: ['a', 'b'] }, 'enum'],
    [{ enum: [{}] }, 'json'],
    [{ type: 'array', items: { type: 'string' } }, 'texts'],
    [{ type: 'array', items: { type: 'object' } }, 'json'],
    [{ type: 'object', properties: { a: {} } }, 'object'],
    [{ type: 'object' }, 'json'],
    [{ oneOf: [{ type: 'string' }, { type: 'number' }] }, 'choice'],
    [{ const: 1 }, 'fixed'],
    [{}, 'json'],
  ] as const)('draws %j as %s', (schema, kind) => expect(control(schema)).toBe(kind));

  it('follows references within the document and no others', () => {
    const root = { $defs: { 'a/b': { type: 'boolean' } } };
    expect(readSchema({ $ref: '#/$defs/a~1b' }, root)).toEqual({ type: 'boolean' });
    expect(readSchema({ $ref: 'https://example.com/x' }, root)).toEqual({});
    expect(readSchema({ $ref: '#/constructor/prototype' }, root)).toEqual({});
  });

  it('ends at schemas that refer to themselves, are deep, or huge', () => {
    const loop = { $ref: '#' };
    expect(readSchema(loop, loop)).toEqual({});
    const tree = { type: 'object', properties: { child: { $ref: '#' } } };
    expect(controlOf(tree, 5)).toBe('json');
    expect(initialValue(tree)).toEqual({});
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`p${n}`, {}]));
    expect(control({ type: 'object', properties: many })).toBe('json');
  });
});

describe('values of forms', () => {
  it('begins with defaults and constants alone', () => {
    const schema = {
      type: 'object',
      properties: {
        a: { type: 'string', default: 'x' },
        b: { type: 'string' },
        c: { type: 'object', properties: { d: { const: 4 }, e: { type: 'number' } } },
      },
    };
    expect(initialValue(schema)).toEqual({ a: 'x', c: { d: 4 } });
  });

  it('keeps a member named __proto__ a member', () => {
    const value = withMember({}, '__proto__', 'x');
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it('takes a member away that is left empty', () => {
    expect(withMember({ a: 1, b: 2 }, 'a', undefined)).toEqual({ b: 2 });
  });

  it('tells what is wrong by path', () => {
    const schema = {
      type: 'object',
      required: ['name', 'constructor'],
      properties: {
        name: { type: 'string' },
        constructor: { type: 'string' },
        size: { type: 'integer', minimum: 1 },
        inner: { type: 'object', required: ['x'], properties: { x: { type: 'number' } } },
        free: {},
      },
    };
    expect(
      checkValue(schema, { size: 0.5, inner: { x: 'many' }, free: readJson('{') }),
    ).toMatchObject({
      name: 'Fill this in',
      constructor: 'Fill this in',
      size: 'Write a whole number',
      'inner.x': 'Write a number, such as 12',
    });
    expect(checkValue(schema, { free: readJson('{') })['free']).toMatch(/^This is not JSON yet/);
    expect(checkValue(schema, { name: 'a', constructor: 'b', size: 2 })).toEqual({});
  });

  it('never sends text that is not JSON', () => {
    expect(readJson('[1')).toBeInstanceOf(UnreadJson);
    expect(JSON.stringify({ a: readJson('[1') })).toBe('{}');
  });

  it('finds the way that a value goes by its constants', () => {
    const way = (type: string) => ({ type: 'object', properties: { type: { const: type } } });
    const schema = { oneOf: [way('a'), way('b')] };
    expect(chosenWay(schema, schema, { type: 'b' })).toBe(1);
  });

  it('leaves patterns to the server, as one could stop the browser', () => {
    const schema = { type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+$' } } };
    expect(checkValue(schema, { a: `${'a'.repeat(40)}!` })).toEqual({});
  });
});
