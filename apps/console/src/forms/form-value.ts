import { controlOf, isObject, type JsonSchema, propertiesOf, readSchema } from './json-schema.ts';

/** Text in place of JSON that it is not, yet: kept so that nothing typed is lost; never sent. */
export class UnreadJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toJSON(): undefined {
    return undefined;
  }
}

/** The value of a form nobody has touched: what the schema gives as defaults, nothing else. */
export function initialValue(
  schema: unknown,
  root: JsonSchema = isObject(schema) ? schema : {},
): unknown {
  return initial(schema, root, 0);
}

function initial(raw: unknown, root: JsonSchema, depth: number): unknown {
  const schema = readSchema(raw, root);
  if (Object.hasOwn(schema, 'default')) return schema['default'];
  const control = controlOf(schema, depth);
  if (control === 'fixed') return schema['const'];
  if (control !== 'object') return depth === 0 ? {} : undefined;
  const entries = Object.entries(propertiesOf(schema))
    .map(([name, property]) => [name, initial(property, root, depth + 1)] as const)
    .filter(([, value]) => value !== undefined);
  return entries.length > 0 || depth === 0 ? Object.fromEntries(entries) : undefined;
}

/** The object with one member changed, or without it where the value is undefined. */
export function withMember(
  object: unknown,
  name: string,
  value: unknown,
): Readonly<Record<string, unknown>> {
  const { [name]: _before, ...rest } = isObject(object) ? object : {};
  return value === undefined ? rest : Object.fromEntries([...Object.entries(rest), [name, value]]);
}

/** Reads JSON as it was typed. */
export function readJson(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return new UnreadJson(text);
  }
}
