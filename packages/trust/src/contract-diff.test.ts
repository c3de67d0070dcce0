import { readFileSync } from 'node:fs';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { realData } from '../../../test/harness/real-data.ts';
import { type ContractDiff, diffContracts } from './contract-diff.ts';
import type { ContractOffering } from './contract-diff/contract-offering.ts';
import { levelOfOffering } from './level.ts';

function offering(name: string, definition: object, kind: ContractOffering['kind'] = 'tool') {
  const { level } = levelOfOffering(kind, definition);
  return { kind, name, text: JSON.stringify({ name, ...definition }), level } as const;
}

/** What becomes of one tool with these input schemas. */
function diffInput(before: unknown, after: unknown): ContractDiff {
  return diffContracts(
    [offering('tool', { inputSchema: before })],
    [offering('tool', { inputSchema: after })],
  );
}

function diffOutput(before: unknown, after: unknown): ContractDiff {
  return diffContracts(
    [offering('tool', { inputSchema: {}, outputSchema: before })],
    [offering('tool', { inputSchema: {}, outputSchema: after })],
  );
}

function classOf(diff: ContractDiff): string {
  return diff.changes[0]?.class ?? 'same';
}

function reasonsOf(diff: ContractDiff): string[] {
  return diff.changes.flatMap(({ reasons }) => reasons.map(({ path, text }) => `${path}: ${text}`));
}

const path = { path: { type: 'string' } };
const object = (properties: object, required: string[] = [], more: object = {}) => ({
  type: 'object',
  properties,
  required,
  ...more,
});

describe('diffContracts', () => {
  it('tells of what is new, gone and as it was', () => {
    const diff = diffContracts(
      [offering('stays', {}), offering('goes', { inputSchema: { const: 1 } })],
      [offering('stays', {}), offering('comes', {})],
    );
    expect(diff).toMatchObject({
      breaking: true,
      unchanged: 1,
      changes: [
        { name: 'goes', change: 'removed', class: 'breaking', levelBefore: 'execute' },
        { name: 'comes', change: 'added', class: 'compatible', levelAfter: 'execute' },
      ],
    });
    expect(diff.changes[0]).not.toHaveProperty('renamed');
  });

  it('tells of a likely rename on both sides, and of each name once', () => {
    const schema = { inputSchema: object(path, ['path']) };
    const diff = diffContracts(
      [offering('readFile', schema), offering('list', { inputSchema: object({}) })],
      [
        offering('read_file', { ...schema, description: 'other words' }),
        offering('read_files', schema),
        offering('completely', { inputSchema: object({}) }),
      ],
    );
    const renamed = diff.changes.map(({ name, renamed: other }) => [name, other]);
    expect(renamed).toEqual([
      ['readFile', 'read_file'],
      ['list', undefined],
      ['read_file', 'readFile'],
      ['read_files', undefined],
      ['completely', undefined],
    ]);
  });

  it('takes a level that rises for breaking and flags one that falls', () => {
    const readOnly = { annotations: { readOnlyHint: true } };
    const destructive = { annotations: { destructiveHint: true } };
    const raised = diffContracts([offering('tool', readOnly)], [offering('tool', destructive)]);
    expect(raised.breaking).toBe(true);
    expect(raised.changes[0]).toMatchObject({ levelBefore: 'read', levelAfter: 'execute' });
    const lowered = diffContracts([offering('tool', destructive)], [offering('tool', readOnly)]);
    expect(lowered.breaking).toBe(false);
    expect(reasonsOf(lowered)[0]).toMatch(/needs read only/);
  });

  it('keeps words apart from what callers rely on', () => {
    const diff = diffContracts(
      [
        offering('tool', {
          description: 'a',
          title: 'A',
          inputSchema: object({ a: { title: 'x' } }),
        }),
      ],
      [
        offering('tool', {
          description: 'b',
          title: 'A',
          inputSchema: object({ a: { title: 'y' } }),
        }),
      ],
    );
    expect(diff).toMatchObject({ breaking: false, changes: [{ class: 'description' }] });
    expect(reasonsOf(diff)).toEqual([
      'inputSchema.properties.a.title: reworded',
      'description: reworded',
    ]);
  });

  it('sees no change in another order of keys', () => {
    const diff = diffInput(
      { type: 'object', required: ['a'] },
      { required: ['a'], type: 'object' },
    );
    expect(diff).toEqual({ breaking: false, changes: [], unchanged: 1 });
  });

  it('compares prompts by arguments and resources by type', () => {
    const prompt = (...names: object[]) => [offering('ask', { arguments: names }, 'prompt')];
    expect(classOf(diffContracts(prompt(), prompt({ name: 'a' })))).toBe('compatible');
    expect(classOf(diffContracts(prompt(), prompt({ name: 'a', required: true })))).toBe(
      'breaking',
    );
    expect(classOf(diffContracts(prompt({ name: 'a' }), prompt()))).toBe('breaking');
    const resource = (mimeType: string) => [offering('file:///a', { mimeType }, 'resource')];
    expect(classOf(diffContracts(resource('a/b'), resource('a/c')))).toBe('breaking');
  });
});

describe('an input schema', () => {
  it.each([
    ['a required argument more', object({}), object(path, ['path']), 'breaking'],
    ['an optional argument more', object({}), object(path), 'compatible'],
    ['an argument that is required now', object(path), object(path, ['path']), 'breaking'],
    ['an argument that need not be', object(path, ['path']), object(path), 'compatible'],
    ['an argument less', object(path), object({}), 'breaking'],
    ['another type', { type: 'string' }, { type: 'number' }, 'breaking'],
    ['a type more', { type: 'string' }, { type: ['string', 'null'] }, 'compatible'],
    ['a type less', { type: ['string', 'null'] }, { type: 'string' }, 'breaking'],
    ['integer to number', { type: 'integer' }, { type: 'number' }, 'compatible'],
    ['number to integer', { type: 'number' }, { type: 'integer' }, 'breaking'],
    ['a value more', { enum: ['a'] }, { enum: ['a', 'b'] }, 'compatible'],
    ['a value less', { enum: ['a', 'b'] }, { enum: ['a'] }, 'breaking'],
    ['const to enum', { const: 'a' }, { enum: ['a', 'b'] }, 'compatible'],
    ['any text to some', { type: 'string' }, { type: 'string', enum: ['a'] }, 'breaking'],
    ['closed', object(path), object(path, [], { additionalProperties: false }), 'breaking'],
    ['opened', object(path, [], { additionalProperties: false }), object(path), 'compatible'],
    ['a bound', { type: 'number' }, { type: 'number', maximum: 5 }, 'breaking'],
    ['a wider bound', { minimum: 5 }, { minimum: 4 }, 'compatible'],
    ['a tighter bound', { minimum: 5 }, { minimum: 6 }, 'breaking'],
    ['an exclusive bound', { minimum: 5 }, { exclusiveMinimum: 5 }, 'breaking'],
    ['no exclusive bound', { exclusiveMaximum: 5 }, { maximum: 5 }, 'compatible'],
    ['a shorter text', { maxLength: 20 }, { maxLength: 10 }, 'breaking'],
    ['a least length of none', { type: 'string' }, { type: 'string', minLength: 0 }, 'same'],
    ['a finer step', { multipleOf: 4 }, { multipleOf: 2 }, 'compatible'],
    ['a coarser step', { multipleOf: 2 }, { multipleOf: 4 }, 'breaking'],
    ['a pattern', {}, { pattern: '^a' }, 'breaking'],
    ['no pattern', { pattern: '^a' }, {}, 'compatible'],
    ['a format', { type: 'string' }, { type: 'string', format: 'uri' }, 'breaking'],
    ['no format', { type: 'string', format: 'uri' }, { type: 'string' }, 'compatible'],
    ['unique items', { type: 'array' }, { type: 'array', uniqueItems: true }, 'breaking'],
    ['other items', { items: { type: 'string' } }, { items: { type: 'number' } }, 'breaking'],
    ['freer items', { items: { type: 'string' } }, { items: {} }, 'compatible'],
    ['a tuple', { items: [{ type: 'string' }] }, { prefixItems: [{ type: 'string' }] }, 'same'],
    ['a default', { default: 1 }, { default: 2 }, 'description'],
    ['false', {}, false, 'breaking'],
    ['an unknown keyword', {}, { futureKeyword: 1 }, 'breaking'],
    ['a condition', {}, { if: { const: 1 }, else: false }, 'breaking'],
    [
      'a union',
      { type: 'string' },
      { anyOf: [{ type: 'string' }, { type: 'null' }] },
      'compatible',
    ],
    [
      'a union less',
      { anyOf: [{ type: 'string' }, { type: 'null' }] },
      { type: 'string' },
      'breaking',
    ],
    [
      'types as a union',
      { type: ['string', 'null'] },
      { anyOf: [{ type: 'null' }, { type: 'string' }] },
      'same',
    ],
    [
      'an alternative that takes less',
      { anyOf: [{ type: 'number' }, { type: 'string' }] },
      { anyOf: [{ type: 'number' }, { type: 'string', maxLength: 3 }] },
      'breaking',
    ],
    [
      'an exclusive one that overlaps',
      { oneOf: [{ type: 'number' }] },
      { oneOf: [{ type: 'number' }, { minimum: 3 }] },
      'breaking',
    ],
    [
      'an exclusive one apart',
      { oneOf: [{ type: 'number' }] },
      { oneOf: [{ type: 'number' }, { type: 'null' }] },
      'compatible',
    ],
    [
      'a discriminated one apart',
      { oneOf: [object({ kind: { const: 'a' } }, ['kind'])] },
      {
        oneOf: [
          object({ kind: { const: 'a' } }, ['kind']),
          object({ kind: { const: 'b' } }, ['kind']),
        ],
      },
      'compatible',
    ],
    [
      'all of the same',
      { allOf: [{ type: 'string' }, { maxLength: 3 }] },
      { type: 'string', maxLength: 3 },
      'same',
    ],
    [
      'a reference to the same',
      object({ a: { $ref: '#/$defs/A' } }, [], { $defs: { A: { type: 'string' } } }),
      object({ a: { type: 'string' } }),
      'same',
    ],
    [
      'a reference to something narrower',
      object({ a: { $ref: '#/$defs/A' } }, [], { $defs: { A: { type: 'string' } } }),
      object({ a: { $ref: '#/definitions/A' } }, [], { definitions: { A: { const: 'x' } } }),
      'breaking',
    ],
    [
      'a reference elsewhere',
      { $ref: 'https://example.com/a' },
      { $ref: 'https://example.com/b' },
      'breaking',
    ],
  ])('is judged: %s', (_what, before, after, expected) => {
    expect(classOf(diffInput(before, after))).toBe(expected);
  });

  it('says where and what', () => {
    const before = object({ path: { type: 'string' }, mode: { enum: ['r', 'w'] }, 'odd key': {} });
    const after = object({ path: { type: 'string' }, mode: { enum: ['r'] } }, ['path']);
    expect(reasonsOf(diffInput(before, after))).toEqual([
      'inputSchema.properties.mode: no longer "w"',
      'inputSchema.properties."odd key": gone',
      'inputSchema.properties.path: required now',
    ]);
  });

  it('follows schemas that hold themselves', () => {
    const tree = (leaf: object) => ({
      $ref: '#/$defs/node',
      $defs: { node: object({ value: leaf, children: { items: { $ref: '#/$defs/node' } } }) },
    });
    expect(classOf(diffInput(tree({ type: 'string' }), tree({ type: 'string' })))).toBe('same');
    expect(classOf(diffInput(tree({ type: 'string' }), tree({ type: 'number' })))).toBe('breaking');
    expect(classOf(diffInput(tree({ type: 'string' }), tree({})))).toBe('compatible');
  });

  it('ends with hostile schemas', () => {
    const loop = { $ref: '#' };
    expect(classOf(diffInput(loop, { type: 'string' }))).toBe('breaking');
    // Each is made of three of the next.
    const bomb = (leaf: object) => {
      const $defs = Object.fromEntries(
        Array.from({ length: 40 }, (_, at) => {
          const next = { $ref: `#/$defs/n${at + 1}` };
          return [`n${at}`, { anyOf: [next, object({ a: next }), { type: 'array', items: next }] }];
        }),
      );
      return { $ref: '#/$defs/n0', $defs: { ...$defs, n40: leaf } };
    };
    expect(classOf(diffInput(bomb({ type: 'string' }), bomb({ type: 'null' })))).toBe('breaking');
    const twice = (leaf: object) => {
      const $defs = Object.fromEntries(
        Array.from({ length: 40 }, (_, at) => {
          const next = { $ref: `#/$defs/n${at + 1}` };
          return [`n${at}`, { allOf: [next, next] }];
        }),
      );
      return { $ref: '#/$defs/n0', $defs: { ...$defs, n40: leaf } };
    };
    expect(classOf(diffInput(twice({ type: 'string' }), twice({ type: 'null' })))).toBe('breaking');
    const wide = (leaf: object) => ({
      anyOf: Array.from({ length: 99 }, (_, at) => object({ [`k${at}`]: leaf }, [`k${at}`])),
    });
    expect(classOf(diffInput(wide({ type: 'string' }), wide({ type: 'null' })))).toBe('breaking');
    let deep: object = {};
    for (let depth = 0; depth < 2_000; depth += 1) deep = { items: deep };
    expect(classOf(diffInput(deep, { items: deep }))).toBe('breaking');
    const names = JSON.parse('{"__proto__":{"type":"string"},"constructor":{"type":"string"}}');
    expect(classOf(diffInput(object(names), object({ constructor: {} })))).toBe('breaking');
    expect(classOf(diffInput({ $ref: '#/__proto__/constructor' }, {}))).toBe('breaking');
    expect(classOf(diffInput(7, []))).toBe('same');
  });
});

describe('an output schema', () => {
  it.each([
    ['a field more', object(path), object({ ...path, more: {} }), 'compatible'],
    [
      'a field more where none were allowed',
      object(path, [], { additionalProperties: false }),
      object({ ...path, more: {} }, [], { additionalProperties: false }),
      'breaking',
    ],
    ['a field less', object(path, ['path']), object({}), 'breaking'],
    ['a field always there', object(path), object(path, ['path']), 'compatible'],
    ['a field not always there', object(path, ['path']), object(path), 'breaking'],
    ['null as well', { type: 'string' }, { type: ['string', 'null'] }, 'breaking'],
    ['null no longer', { type: ['string', 'null'] }, { type: 'string' }, 'compatible'],
    ['a value more', { enum: ['a'] }, { enum: ['a', 'b'] }, 'breaking'],
    [
      'an alternative less',
      { anyOf: [{ type: 'string' }, { type: 'null' }] },
      { type: 'string' },
      'compatible',
    ],
    ['none any more', object(path), undefined, 'breaking'],
    ['one at last', undefined, object(path), 'compatible'],
  ])('is judged: %s', (_what, before, after, expected) => {
    expect(classOf(diffOutput(before, after))).toBe(expected);
  });
});

/** Schemas as servers write them. */
const anySchema = fc.letrec((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({ type: fc.constantFrom('string', 'number', 'integer', 'boolean', 'null') }),
    fc.record({ enum: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 1, null), { minLength: 1 }) }),
    fc.record({ type: fc.constant('string'), maxLength: fc.nat(50), minLength: fc.nat(5) }),
    fc.record({ type: fc.constant('number'), minimum: fc.integer(), maximum: fc.integer() }),
    fc.record({ type: fc.constant('array'), items: tie('schema') }),
    fc.record({
      type: fc.constant('object'),
      properties: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('schema')),
      required: fc.uniqueArray(fc.constantFrom('a', 'b')),
    }),
    fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ oneOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
  ),
})).schema as fc.Arbitrary<Record<string, unknown>>;

describe('whatever the schema', () => {
  it('is compatible with itself, also behind a reference and in other order', () => {
    fc.assert(
      fc.property(anySchema, (schema) => {
        expect(diffInput(schema, structuredClone(schema)).changes).toEqual([]);
        const turned = Object.fromEntries(Object.entries(schema).toReversed());
        expect(diffOutput(schema, turned).changes).toEqual([]);
        const behind = { $ref: '#/$defs/it', $defs: { it: schema } };
        expect(diffInput(schema, behind).breaking).toBe(false);
        expect(diffInput(behind, schema).breaking).toBe(false);
      }),
    );
  });

  it('may gain an optional argument and a null, and may not lose or require one', () => {
    fc.assert(
      fc.property(anySchema, anySchema, (a, b) => {
        const one = object({ a });
        const two = object({ a, b });
        expect(classOf(diffInput(one, two))).toBe('compatible');
        expect(classOf(diffInput(two, one))).toBe('breaking');
        expect(classOf(diffInput(two, object({ a, b }, ['b'])))).toBe('breaking');
        // Of those whose alternatives exclude each other nothing is promised.
        if (JSON.stringify(a).includes('oneOf')) return;
        const either = { anyOf: [a, { type: 'null', title: 'none' }] };
        expect(diffInput(object({ a }), object({ a: either })).breaking).toBe(false);
      }),
    );
  });

  it('breaks one way where it widens the other', () => {
    fc.assert(
      fc.property(anySchema, anySchema, (a, b) => {
        const [input, output] = [diffInput(a, b), diffOutput(b, a)];
        // Properties that are gone are missed by who sends them, whatever the schema says.
        const hasProperties = JSON.stringify([a, b]).includes('properties');
        if (output.breaking || hasProperties) return;
        expect(input.breaking).toBe(false);
      }),
    );
  });
});

const observed = realData('observed-tools/observed-tools.json');

describe.skipIf(observed === undefined)('contracts of real servers', () => {
  interface Listed {
    readonly tools: readonly ({ readonly name: string } & object)[];
  }
  const servers: Record<string, Listed> =
    observed === undefined ? {} : JSON.parse(readFileSync(observed, 'utf8'));
  const contract = (name: string) =>
    (servers[name]?.tools ?? []).map((tool) => offering(tool.name, tool));

  it('are compatible with themselves', () => {
    for (const name of Object.keys(servers)) {
      const same = contract(name);
      expect(diffContracts(same, structuredClone(same)).changes).toEqual([]);
    }
  });

  it.each([
    ['dbhub-sqlite', 'dbhub-sqlite-n22'],
    ['firecrawl', 'firecrawl-n22'],
    ['brave-search-archived', 'brave-search'],
    ['digitalocean-apps', 'digitalocean'],
  ])('are compared: %s to %s', (before, after) => {
    const [was, is] = [contract(before), contract(after)];
    const diff = diffContracts(was, is);
    const count = (what: string) => diff.changes.filter(({ change }) => change === what).length;
    expect(diff.unchanged + count('changed') + count('removed')).toBe(was.length);
    expect(diff.unchanged + count('changed') + count('added')).toBe(is.length);
    for (const change of diff.changes) expect(change.reasons.length).toBeGreaterThan(0);
  });
});
