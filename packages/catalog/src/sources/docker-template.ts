import { isObject, listOf, textOf } from './plain-data.ts';

type Fields = Readonly<Record<string, unknown>>;

/** An input of `server.json`. */
export type Input = Record<string, unknown>;

const template = /\{\{\s*([^{}|]+?)\s*((?:\|[^{}]*)?)\}\}/g;

/**
 * Turns a text with Docker's templates (`{{server.key|filter}}`) into a `value` with `variables`,
 * described by the parameters' schema; a text without templates is a `value` alone.
 */
export function templated(text: string, server: string, schemas: readonly Fields[]): Input {
  const variables: Record<string, Input> = {};
  let spreads = false;
  const value = text
    // A brace of the text itself would be read as a variable's.
    .replaceAll(template, (_, path: string, filters: string) => {
      const key = path.startsWith(`${server}.`) ? path.slice(server.length + 1) : path;
      const name = key.replaceAll(/[^A-Za-z0-9]+/g, '_');
      spreads ||= filters.includes('into');
      variables[name] = variableOf(key, schemas, filters);
      return `{${name}}`;
    });
  return {
    value,
    ...(Object.keys(variables).length > 0 && { variables }),
    ...(spreads ? { isRepeated: true } : undefined),
  };
}

function variableOf(key: string, schemas: readonly Fields[], filters: string): Input {
  const found = schemas.map((schema) => propertyAt(schema, key)).find((each) => each !== undefined);
  const property = found?.property ?? {};
  const description = textOf(property.description);
  const fallback = defaultOf(property.default);
  const choices = listOf(property.enum)
    .filter((choice) => typeof choice === 'string' || typeof choice === 'number')
    .map(String);
  const format = filters.includes('volume') ? 'filepath' : formatOf(property.type);
  return {
    ...(description !== undefined && { description }),
    ...(format !== undefined && { format }),
    ...(fallback !== undefined && { default: fallback }),
    ...(choices.length > 0 && { choices }),
    ...(found?.required === true && { isRequired: true }),
  };
}

/** A key with dots names a property of an object in the schema, or has dots itself. */
function propertyAt(
  schema: Fields,
  key: string,
): { readonly property: Fields; readonly required: boolean } | undefined {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const direct = Object.hasOwn(properties, key) ? properties[key] : undefined;
  if (isObject(direct)) {
    return { property: direct, required: listOf(schema.required).includes(key) };
  }
  const [head = '', ...rest] = key.split('.');
  const nested = Object.hasOwn(properties, head) ? properties[head] : undefined;
  return rest.length > 0 && isObject(nested) ? propertyAt(nested, rest.join('.')) : undefined;
}

function defaultOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

function formatOf(type: unknown): string | undefined {
  if (type === 'integer' || type === 'number') return 'number';
  return type === 'boolean' ? 'boolean' : undefined;
}
