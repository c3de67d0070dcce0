import { isObject, type JsonSchema } from '../../forms/json-schema.ts';

/** What a tool takes, or a prompt, whose arguments are texts, each with a name. */
export function inputSchemaOf(kind: string, definition: unknown): JsonSchema {
  if (!isObject(definition)) return { type: 'object' };
  if (kind === 'tool') {
    const schema = definition['inputSchema'];
    return isObject(schema) ? schema : { type: 'object' };
  }
  const list = definition['arguments'];
  const named = (Array.isArray(list) ? list : [])
    .filter(isObject)
    .filter(({ name }) => typeof name === 'string');
  return {
    type: 'object',
    properties: Object.fromEntries(
      named.map(({ name, title, description }) => [
        String(name),
        {
          type: 'string',
          ...(typeof title === 'string' && { title }),
          ...(typeof description === 'string' && { description }),
        },
      ]),
    ),
    required: named.filter(({ required }) => required === true).map(({ name }) => String(name)),
  };
}
