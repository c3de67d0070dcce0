import { compareArrays } from './compare-arrays.ts';
import { compareObjects } from './compare-objects.ts';
import { compareUnions, isUnion } from './compare-unions.ts';
import type { Comparison } from './comparison.ts';
import { child, type Finding } from './finding.ts';
import { canonical, isEqual, type JsonObject, own, show } from './json.ts';
import { isAnnotation, resolve, type SchemaNode, shownAnnotations } from './schema.ts';
import {
  compareBounds,
  compareTypes,
  compareValues,
  compareWhole,
  typesOf,
} from './schema-values.ts';

/** Schemas of servers are small; what is larger is not worth a pause of everything else. */
const maxText = 500_000;
/** In comparisons, of which a long one counts as several. */
const budget = 20_000;
const textOfOne = 500;
const maxDepth = 60;

class TooLarge extends Error {}

/** All differences between two schemas, each a JSON Schema in 2020-12 or draft-07. */
export function compareSchemas(
  before: JsonObject,
  after: JsonObject,
  role: Comparison['role'],
  path: string,
): Finding[] {
  // Pairs under comparison: a schema that holds itself is as its outer comparison finds.
  const open = new Map<unknown, Set<unknown>>();
  let left = budget;
  const comparison: Comparison = { role, compare };

  function compare(was: SchemaNode, is: SchemaNode, at: string, depth: number): Finding[] {
    if (left < 0 || depth > maxDepth) throw new TooLarge();
    const text = canonical(was.schema);
    left -= 1 + text.length / textOfOne;
    if (text === canonical(is.schema) && !text.includes('"$ref"')) return [];
    const partners = open.get(was.schema) ?? new Set();
    if (partners.has(is.schema)) return [];
    open.set(was.schema, partners.add(is.schema));
    try {
      return compareResolved(was, is, at, comparison, depth + 1);
    } finally {
      partners.delete(is.schema);
    }
  }

  try {
    const [first, second] = [canonical(before), canonical(after)];
    if (first === second) return [];
    if (first.length > maxText || second.length > maxText) throw new TooLarge();
    const [was, is] = [before, after].map((schema) => ({ schema, root: schema }));
    return was && is ? compare(was, is, path, 0) : [];
  } catch (error) {
    if (!(error instanceof TooLarge) && !(error instanceof RangeError)) throw error;
    return [{ path, effect: 'unclear', text: 'changed, and is too large to compare' }];
  }
}

function compareResolved(
  before: SchemaNode,
  after: SchemaNode,
  path: string,
  comparison: Comparison,
  depth: number,
): Finding[] {
  const [was, is] = [resolve(before), resolve(after)];
  if (!was || !is) {
    if (isEqual(before.schema, after.schema)) return [];
    return [{ path, effect: 'unclear', text: 'refers to what cannot be looked up' }];
  }
  const words = compareWords(was.schema, is.schema, path);
  if (isUnion(was.schema) || isUnion(is.schema)) {
    return [...compareUnions(was, is, path, comparison, depth), ...words];
  }
  const types = compareTypes(was.schema, is.schema, path);
  const shared = typesOf(is.schema);
  const isDisjoint = ![...typesOf(was.schema)].some((type) => shared.has(type));
  if (isDisjoint) return types;
  return [
    ...types,
    ...compareValues(was.schema, is.schema, path),
    ...compareBounds(was.schema, is.schema, path),
    ...wholes.flatMap((keyword) => compareWhole(was.schema, is.schema, path, keyword)),
    ...compareObjects(was, is, path, comparison, depth),
    ...compareArrays(was, is, path, comparison, depth),
    ...compareConditions(was.schema, is.schema, path),
    ...words,
  ];
}

const wholes = [
  'pattern',
  'format',
  'uniqueItems',
  'not',
  'allOf',
  'contains',
  'dependencies',
  'dependentRequired',
  'dependentSchemas',
  'patternProperties',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
];

/** `if`, `then` and `else` mean something together alone. */
function compareConditions(before: JsonObject, after: JsonObject, path: string): Finding[] {
  const pick = (schema: JsonObject) =>
    ['if', 'then', 'else'].map((key) => own(schema, key) ?? null);
  if (isEqual(pick(before), pick(after))) return [];
  const at = child(path, 'if');
  if (own(before, 'if') === undefined) {
    return [{ path: at, effect: 'narrows', text: 'depends on a condition now' }];
  }
  if (own(after, 'if') === undefined) {
    return [{ path: at, effect: 'widens', text: 'no longer depends on a condition' }];
  }
  return [{ path: at, effect: 'unclear', text: 'depends on another condition now' }];
}

/** What people and models read, and keywords that no standard knows. */
function compareWords(before: JsonObject, after: JsonObject, path: string): Finding[] {
  const keywords = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keywords].flatMap((keyword): Finding[] => {
    if (known.has(keyword)) return [];
    const [was, is] = [own(before, keyword), own(after, keyword)];
    if (isAnnotation(keyword) && !shownAnnotations.includes(keyword)) return [];
    if (isEqual(was, is)) return [];
    const at = child(path, keyword);
    if (!isAnnotation(keyword)) {
      return [{ path: at, effect: 'unclear', text: 'is a keyword that cannot be judged' }];
    }
    if (keyword !== 'default') return [{ path: at, effect: 'none', text: 'reworded' }];
    const text = `is ${is === undefined ? 'none' : show(is)} now, was ${was === undefined ? 'none' : show(was)}`;
    return [{ path: at, effect: 'none', text }];
  });
}

const known = new Set([
  ...wholes,
  '$ref',
  'additionalItems',
  'additionalProperties',
  'anyOf',
  'const',
  'else',
  'enum',
  'exclusiveMaximum',
  'exclusiveMinimum',
  'if',
  'items',
  'maxContains',
  'maxItems',
  'maxLength',
  'maxProperties',
  'maximum',
  'minContains',
  'minItems',
  'minLength',
  'minProperties',
  'minimum',
  'multipleOf',
  'nullable',
  'oneOf',
  'prefixItems',
  'properties',
  'required',
  'then',
  'type',
]);
