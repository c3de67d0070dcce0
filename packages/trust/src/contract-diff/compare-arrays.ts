import type { Comparison } from './comparison.ts';
import { child, type Finding } from './finding.ts';
import { type JsonObject, own } from './json.ts';
import { type SchemaNode, toSchema } from './schema.ts';

/** Items: each of them, and the first ones by their place (2020-12 and draft-07 say it differently). */
export function compareArrays(
  before: SchemaNode,
  after: SchemaNode,
  path: string,
  comparison: Comparison,
  depth: number,
): Finding[] {
  const [was, is] = [readArray(before.schema), readArray(after.schema)];
  const places = Math.max(was.first.length, is.first.length);
  const findings: Finding[] = [];
  for (let place = 0; place < places; place += 1) {
    const [earlier, later] = [was.first[place] ?? was.rest, is.first[place] ?? is.rest];
    const at = child(path, 'prefixItems', String(place));
    findings.push(...compareAt(earlier, later, at));
  }
  return [...findings, ...compareAt(was.rest, is.rest, child(path, 'items'))];

  function compareAt(earlier: unknown, later: unknown, at: string): Finding[] {
    if (earlier === anything && later === anything) return [];
    return comparison.compare(
      { schema: toSchema(earlier), root: before.root },
      { schema: toSchema(later), root: after.root },
      at,
      depth,
    );
  }
}

interface ReadArray {
  readonly first: readonly unknown[];
  readonly rest: unknown;
}

const anything = {};

function readArray(schema: JsonObject): ReadArray {
  const items = own(schema, 'items');
  if (Array.isArray(items)) {
    return { first: items, rest: own(schema, 'additionalItems') ?? anything };
  }
  const first = own(schema, 'prefixItems');
  return { first: Array.isArray(first) ? first : [], rest: items ?? anything };
}
