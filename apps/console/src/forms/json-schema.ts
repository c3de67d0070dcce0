/** A JSON Schema as servers send it: nothing about it is sure. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** How a value is asked for. `json`: no control can draw it, so its text is written. */
export type ControlKind =
  | 'text'
  | 'long_text'
  | 'secret'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'enum'
  | 'texts'
  | 'object'
  | 'choice'
  | 'fixed'
  | 'json';

/** Beyond these a form is of no more use than text, and may be meant to stop the browser. */
const mostProperties = 100;
const mostDepth = 5;
const mostValues = 200;

const scalars: ReadonlySet<unknown> = new Set(['string', 'number', 'integer', 'boolean']);

/** Whether it is an object of JSON: a schema, or the value of one. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of its own: never what an object has from elsewhere, such as `constructor`. */
export function own(object: unknown, name: string): unknown {
  return isObject(object) && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The schema with its reference followed, `null` beside one type left out, and a single part of it taken in. */
export function readSchema(schema: unknown, root: JsonSchema, hops = 0): JsonSchema {
  if (!isObject(schema)) return {};
  if (hops > 8) return {};
  const reference = own(schema, '$ref');
  if (typeof reference === 'string') {
    const { $ref: _reference, ...beside } = schema;
    return readSchema({ ...follow(reference, root), ...beside }, root, hops + 1);
  }
  const { allOf, ...rest } = schema;
  if (Array.isArray(allOf) && allOf.length === 1) {
    return readSchema({ ...readSchema(allOf[0], root, hops + 1), ...rest }, root, hops + 1);
  }
  for (const word of ['anyOf', 'oneOf'] as const) {
    const ways = schema[word];
    if (!Array.isArray(ways)) continue;
    const real = ways.filter((way) => own(way, 'type') !== 'null');
    if (real.length !== 1 || real.length === ways.length) continue;
    const { [word]: _ways, ...beside } = schema;
    return readSchema({ ...readSchema(real[0], root, hops + 1), ...beside }, root, hops + 1);
  }
  return schema;
}

/** Which control draws a schema that was read. */
export function controlOf(schema: JsonSchema, depth = 0): ControlKind {
  if (Object.hasOwn(schema, 'const')) return 'fixed';
  const values = schema['enum'];
  if (Array.isArray(values)) {
    const plain = values.every((value) => ['string', 'number', 'boolean'].includes(typeof value));
    return plain && values.length > 0 && values.length <= mostValues ? 'enum' : 'json';
  }
  if (waysOf(schema).length > 1) return depth < mostDepth ? 'choice' : 'json';
  switch (typeOf(schema)) {
    case 'string':
      return isSecret(schema) ? 'secret' : isLong(schema) ? 'long_text' : 'text';
    case 'number':
      return 'number';
    case 'integer':
      return 'integer';
    case 'boolean':
      return 'boolean';
    case 'array':
      return typeOf(own(schema, 'items')) === 'string' && !own(own(schema, 'items'), 'enum')
        ? 'texts'
        : 'json';
    case 'object': {
      const count = Object.keys(propertiesOf(schema)).length;
      return count > 0 && count <= mostProperties && depth < mostDepth ? 'object' : 'json';
    }
    case undefined:
    default:
      return 'json';
  }
}

/** The one type that it says, or that its words mean. */
export function typeOf(schema: unknown): string | undefined {
  const type = own(schema, 'type');
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) {
    const real = type.filter((each) => each !== 'null');
    if (real.length === 1 && typeof real[0] === 'string') return real[0];
    // A text can say any of them.
    return real.includes('string') && real.every((each) => scalars.has(each))
      ? 'string'
      : undefined;
  }
  return isObject(own(schema, 'properties')) ? 'object' : undefined;
}

/** Its properties in their order. */
export function propertiesOf(schema: JsonSchema): Readonly<Record<string, unknown>> {
  const properties = own(schema, 'properties');
  return isObject(properties) ? properties : {};
}

/** Names of properties that must be there. */
export function requiredOf(schema: JsonSchema): ReadonlySet<string> {
  const required = own(schema, 'required');
  return new Set(
    Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [],
  );
}

/** The shapes that it may have, of which one is chosen. */
export function waysOf(schema: JsonSchema): readonly unknown[] {
  const ways = own(schema, 'oneOf') ?? own(schema, 'anyOf');
  return Array.isArray(ways) ? ways : [];
}

/** A text of the schema, such as its title. */
export function wordOf(schema: unknown, keyword: string): string | undefined {
  const word = own(schema, keyword);
  return typeof word === 'string' && word.trim() !== '' ? word : undefined;
}

/** Whether what is typed is not to be seen. */
export function isSecret(schema: JsonSchema): boolean {
  return (
    schema['format'] === 'password' ||
    schema['writeOnly'] === true ||
    own(schema['x-plugboard'], 'secret') === true
  );
}

function isLong(schema: JsonSchema): boolean {
  const most = schema['maxLength'];
  if (typeof most === 'number') return most > 500;
  const media = wordOf(schema, 'contentMediaType');
  return schema['format'] === 'multiline' || (media !== undefined && media !== 'text/plain');
}

/** What a reference within the document points at (RFC 6901); nothing from elsewhere is loaded. */
function follow(reference: string, root: JsonSchema): JsonSchema {
  if (!reference.startsWith('#')) return {};
  let at: unknown = root;
  for (const part of reference.slice(1).split('/').slice(1)) {
    at = own(at, decodePart(part));
  }
  return isObject(at) ? at : {};
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return part;
  }
}
