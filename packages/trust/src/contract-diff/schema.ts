import { canonical, isEqual, isObject, type JsonObject, own } from './json.ts';

/** A schema with the document that its references lead into. */
export interface SchemaNode {
  readonly schema: JsonObject;
  readonly root: unknown;
}

/** Says nothing of which values are valid, in 2020-12 and draft-07. */
const annotations = new Set([
  '$anchor',
  '$comment',
  '$defs',
  '$id',
  '$schema',
  '$vocabulary',
  'contentEncoding',
  'contentMediaType',
  'contentSchema',
  'default',
  'definitions',
  'deprecated',
  'description',
  'examples',
  'readOnly',
  'title',
  'writeOnly',
]);

/** Words that people and models read, and values used when none is given. */
export const shownAnnotations = ['title', 'description', 'default', 'examples', 'deprecated'];

export function isAnnotation(keyword: string): boolean {
  return annotations.has(keyword) || keyword.startsWith('x-');
}

/** What no value is valid against. */
export const never: JsonObject = { not: {} };

export function toSchema(value: unknown): JsonObject {
  if (value === false) return never;
  return isObject(value) ? value : {};
}

/** Schemas that one may be made of; more are meant to keep us busy. */
const maxParts = 200;

/**
 * The schema itself, without `$ref` and `allOf` as far as these can be dissolved. Undefined when a
 * reference leads nowhere or to another document.
 */
export function resolve(
  { schema, root }: SchemaNode,
  parts = { left: maxParts },
): SchemaNode | undefined {
  let node = schema;
  for (;;) {
    parts.left -= 1;
    if (parts.left < 0) return undefined;
    const ref = own(node, '$ref');
    if (ref === undefined) break;
    const target = typeof ref === 'string' ? find(root, ref) : undefined;
    if (target === undefined) return undefined;
    const { $ref: _ref, ...beside } = node;
    const merged = merge(toSchema(target), beside);
    if (!merged) return undefined;
    node = merged;
  }
  const all = own(node, 'allOf');
  if (!Array.isArray(all)) return { schema: node, root };
  const { allOf: _allOf, ...rest } = node;
  let merged: JsonObject = rest;
  for (const part of all) {
    const resolved = resolve({ schema: toSchema(part), root }, parts);
    const next = resolved && merge(merged, resolved.schema);
    if (parts.left < 0) return undefined;
    if (!next) return { schema: node, root };
    merged = next;
  }
  return { schema: merged, root };
}

/** Follows a JSON pointer or an anchor within the document. */
function find(root: unknown, ref: string): unknown {
  if (ref === '#') return root;
  if (!ref.startsWith('#')) return undefined;
  if (!ref.startsWith('#/')) return findAnchor(root, ref.slice(1));
  let at: unknown = root;
  for (const part of ref.slice(2).split('/')) {
    const key = decode(part).replaceAll('~1', '/').replaceAll('~0', '~');
    at = Array.isArray(at) ? at[Number(key)] : own(at, key);
    if (at === undefined) return undefined;
  }
  return at;
}

function findAnchor(root: unknown, anchor: string): unknown {
  for (const holder of ['$defs', 'definitions']) {
    const held = own(root, holder);
    if (!isObject(held)) continue;
    const found = Object.values(held).find(
      (each) => own(each, '$anchor') === anchor || own(each, '$id') === `#${anchor}`,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Both at once, or undefined where that is no simple schema. */
export function merge(a: JsonObject, b: JsonObject): JsonObject | undefined {
  const merged = new Map(Object.entries(a));
  for (const [keyword, value] of Object.entries(b)) {
    const other = merged.get(keyword);
    if (other === undefined || isEqual(other, value) || isAnnotation(keyword)) {
      merged.set(keyword, value);
      continue;
    }
    const both = mergeKeyword(keyword, other, value);
    if (both === undefined) return undefined;
    merged.set(keyword, both);
  }
  return Object.fromEntries(merged);
}

function mergeKeyword(keyword: string, a: unknown, b: unknown): unknown {
  switch (keyword) {
    case 'required':
      return Array.isArray(a) && Array.isArray(b) ? [...new Set([...a, ...b])] : undefined;
    case 'properties':
      return isObject(a) && isObject(b) ? mergeProperties(a, b) : undefined;
    case 'type': {
      const [first, second] = [[a].flat(), [b].flat()];
      const both = first.filter((type) => second.includes(type));
      return both.length > 0 ? both : undefined;
    }
    case 'enum': {
      if (!Array.isArray(a) || !Array.isArray(b)) return undefined;
      const kept = new Set(b.map(canonical));
      return a.filter((value) => kept.has(canonical(value)));
    }
    default:
      return undefined;
  }
}

function mergeProperties(a: JsonObject, b: JsonObject): JsonObject {
  const merged = new Map(Object.entries(a));
  for (const [name, schema] of Object.entries(b)) {
    const other = merged.get(name);
    merged.set(
      name,
      other === undefined || isEqual(other, schema) ? schema : { allOf: [other, schema] },
    );
  }
  return Object.fromEntries(merged);
}
