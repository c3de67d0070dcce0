import { chosenWay } from './chosen-way.ts';
import { UnreadJson } from './form-value.ts';
import {
  controlOf,
  type JsonSchema,
  own,
  propertiesOf,
  readSchema,
  requiredOf,
  waysOf,
} from './json-schema.ts';

/** What is wrong with a value, by path; '' is the whole. The server checks it again, and more. */
export function checkValue(schema: JsonSchema, value: unknown): Readonly<Record<string, string>> {
  const found: [string, string][] = [];
  check(schema, schema, value, '', 0, found);
  return Object.fromEntries(found);
}

function check(
  raw: unknown,
  root: JsonSchema,
  value: unknown,
  path: string,
  depth: number,
  found: [string, string][],
): void {
  const schema = readSchema(raw, root);
  if (value instanceof UnreadJson) {
    found.push([path, faultOfJson(value.text)]);
    return;
  }
  if (value === undefined) return;
  switch (controlOf(schema, depth)) {
    case 'number':
    case 'integer':
      checkNumber(schema, value, path, found);
      return;
    case 'text':
    case 'long_text':
    case 'secret':
      checkText(schema, value, path, found);
      return;
    case 'object':
      for (const [name, property] of Object.entries(propertiesOf(schema))) {
        const at = path === '' ? name : `${path}.${name}`;
        const member = own(value, name);
        if (member === undefined && requiredOf(schema).has(name)) found.push([at, 'Fill this in']);
        else check(property, root, member, at, depth + 1, found);
      }
      return;
    case 'choice': {
      const chosen = waysOf(schema)[chosenWay(schema, root, value)];
      if (chosen !== undefined) check(chosen, root, value, path, depth + 1, found);
      return;
    }
    case 'boolean':
    case 'enum':
    case 'fixed':
    case 'texts':
    case 'json':
  }
}

function checkNumber(
  schema: JsonSchema,
  value: unknown,
  path: string,
  found: [string, string][],
): void {
  const { minimum, maximum } = schema;
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    found.push([path, 'Write a number, such as 12']);
  } else if (controlOf(schema) === 'integer' && !Number.isInteger(value)) {
    found.push([path, 'Write a whole number']);
  } else if (typeof minimum === 'number' && value < minimum) {
    found.push([path, `At least ${minimum}`]);
  } else if (typeof maximum === 'number' && value > maximum) {
    found.push([path, `At most ${maximum}`]);
  }
}

/** Patterns are left to the server: one that a stranger wrote could stop the browser. */
function checkText(
  schema: JsonSchema,
  value: unknown,
  path: string,
  found: [string, string][],
): void {
  const { minLength, maxLength } = schema;
  if (typeof value !== 'string') found.push([path, 'Write a text']);
  else if (typeof minLength === 'number' && value.length < minLength) {
    found.push([path, `At least ${minLength} characters`]);
  } else if (typeof maxLength === 'number' && value.length > maxLength) {
    found.push([path, `At most ${maxLength} characters`]);
  }
}

function faultOfJson(text: string): string {
  try {
    JSON.parse(text);
    return 'This is JSON';
  } catch (error) {
    const told = error instanceof Error ? error.message.split('\n')[0] : '';
    return `This is not JSON yet: ${told}`;
  }
}
