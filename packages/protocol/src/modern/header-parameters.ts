import { isRecord, ownValue } from '../json/record.ts';

/** An argument of a tool that HTTP requests repeat in the header `Mcp-Param-<header>`. */
export interface HeaderParameter {
  readonly header: string;
  /** The keys that lead to it from `arguments`. */
  readonly path: readonly string[];
  readonly type: 'string' | 'integer' | 'boolean';
}

const annotation = 'x-mcp-header';

/** Keywords that hold one schema, or several in an array. */
const inSchema = [
  'items',
  'prefixItems',
  'contains',
  'additionalItems',
  'additionalProperties',
  'unevaluatedProperties',
  'unevaluatedItems',
  'propertyNames',
  'contentSchema',
  'oneOf',
  'anyOf',
  'allOf',
  'not',
  'if',
  'then',
  'else',
] as const;

/** Keywords that hold schemas by name. */
const byName = [
  'patternProperties',
  'dependentSchemas',
  'dependencies',
  '$defs',
  'definitions',
] as const;

/**
 * The arguments that a tool's parsed `inputSchema` wants repeated in headers (`x-mcp-header`, MCP
 * 2026-07-28, tools). Undefined when an annotation breaks the rules: only on strings, integers and
 * booleans that `properties` alone lead to, each with a header token (RFC 9110 section 5.6.2) that no
 * other has, whatever its case. Such a tool must not be used over HTTP.
 */
export function headerParameters(inputSchema: unknown): readonly HeaderParameter[] | undefined {
  const found: HeaderParameter[] = [];
  const taken = new Set<string>();

  function visit(schema: unknown, path: readonly string[] | undefined): boolean {
    if (!isRecord(schema)) return true;
    if (Object.hasOwn(schema, annotation)) {
      const parameter = path && parameterOf(schema, path);
      if (!parameter || taken.has(parameter.header.toLowerCase())) return false;
      taken.add(parameter.header.toLowerCase());
      found.push(parameter);
    }
    const properties = ownValue(schema, 'properties');
    if (isRecord(properties)) {
      for (const [key, inner] of Object.entries(properties)) {
        if (!visit(inner, path && [...path, key])) return false;
      }
    }
    for (const inner of elsewhere(schema)) if (!visit(inner, undefined)) return false;
    return true;
  }

  return visit(inputSchema, []) ? found : undefined;
}

function parameterOf(
  schema: Readonly<Record<string, unknown>>,
  path: readonly string[],
): HeaderParameter | undefined {
  const header = ownValue(schema, annotation);
  const type = ownValue(schema, 'type');
  if (path.length === 0 || typeof header !== 'string') return undefined;
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(header)) return undefined;
  if (type !== 'string' && type !== 'integer' && type !== 'boolean') return undefined;
  return { header, path, type };
}

/** The schemas inside one that are not its `properties`. */
function* elsewhere(schema: Readonly<Record<string, unknown>>): Generator {
  for (const keyword of inSchema) {
    const inner = ownValue(schema, keyword);
    if (Array.isArray(inner)) yield* inner;
    else if (inner !== undefined) yield inner;
  }
  for (const keyword of byName) {
    const inner = ownValue(schema, keyword);
    if (isRecord(inner)) yield* Object.values(inner);
  }
}
