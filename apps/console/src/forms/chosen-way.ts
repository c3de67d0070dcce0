import { UnreadJson } from './form-value.ts';
import {
  controlOf,
  isObject,
  type JsonSchema,
  own,
  propertiesOf,
  readSchema,
  waysOf,
} from './json-schema.ts';

/** Which of the ways a value goes: the first that has its members and constants. */
export function chosenWay(schema: JsonSchema, root: JsonSchema, value: unknown): number {
  const ways = waysOf(schema).map((way) => readSchema(way, root));
  const fits = ways.findIndex((way) => fitsWay(way, root, value));
  return Math.max(0, fits);
}

function fitsWay(way: JsonSchema, root: JsonSchema, value: unknown): boolean {
  switch (controlOf(way)) {
    case 'fixed':
      return value === way['const'];
    case 'enum':
      return Array.isArray(way['enum']) && way['enum'].includes(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'number':
    case 'integer':
      return typeof value === 'number';
    case 'text':
    case 'long_text':
    case 'secret':
      return typeof value === 'string';
    case 'texts':
      return Array.isArray(value);
    case 'object': {
      if (!isObject(value)) return false;
      const properties = propertiesOf(way);
      const constants = Object.entries(properties).filter(([, property]) =>
        Object.hasOwn(readSchema(property, root), 'const'),
      );
      return (
        constants.every(
          ([name, property]) => own(value, name) === readSchema(property, root)['const'],
        ) && Object.keys(value).every((name) => Object.hasOwn(properties, name))
      );
    }
    case 'choice':
    case 'json':
      return value instanceof UnreadJson || isObject(value) || Array.isArray(value);
  }
}
