import type { Comparison } from './comparison.ts';
import { child, type Effect, type Finding } from './finding.ts';
import { isObject, type JsonObject, own } from './json.ts';
import { type SchemaNode, toSchema } from './schema.ts';

/** Properties, which of them are required, and what else an object may hold. */
export function compareObjects(
  before: SchemaNode,
  after: SchemaNode,
  path: string,
  comparison: Comparison,
  depth: number,
): Finding[] {
  const [was, is] = [readObject(before.schema), readObject(after.schema)];
  const findings: Finding[] = [];
  for (const [name, schema] of was.properties) {
    const at = child(path, 'properties', name);
    const later = is.properties.get(name);
    if (later === undefined) {
      findings.push({ path: at, effect: removedEffect(comparison, was, is, name), text: 'gone' });
      continue;
    }
    findings.push(
      ...comparison.compare(
        { schema: toSchema(schema), root: before.root },
        { schema: toSchema(later), root: after.root },
        at,
        depth,
      ),
    );
  }
  for (const name of is.properties.keys()) {
    if (was.properties.has(name)) continue;
    const isRequired = is.required.has(name);
    findings.push({
      path: child(path, 'properties', name),
      effect: addedEffect(comparison, was, isRequired && !was.required.has(name)),
      text: isRequired ? 'new, and required' : 'new, optional',
    });
  }
  return [
    ...findings,
    ...compareRequired(was, is, path),
    ...compareRest(before, after, path, comparison, depth),
  ];
}

interface ReadObject {
  readonly properties: ReadonlyMap<string, unknown>;
  readonly required: ReadonlySet<unknown>;
  readonly isClosed: boolean;
}

function readObject(schema: JsonObject): ReadObject {
  const properties = own(schema, 'properties');
  const required = own(schema, 'required');
  return {
    properties: new Map(isObject(properties) ? Object.entries(properties) : []),
    required: new Set(Array.isArray(required) ? required : []),
    isClosed: own(schema, 'additionalProperties') === false,
  };
}

/** Who sent it is refused, or not understood; who was sent it waits in vain. */
function removedEffect(
  { role }: Comparison,
  was: ReadObject,
  is: ReadObject,
  name: string,
): Effect {
  if (role === 'input' || was.required.has(name)) return 'unclear';
  return is.isClosed ? 'narrows' : 'unclear';
}

/** An object that was open could hold it before, but nobody had a reason to send it. */
function addedEffect({ role }: Comparison, was: ReadObject, isRequired: boolean): Effect {
  if (role === 'input') return isRequired ? 'narrows' : 'widens';
  return was.isClosed ? 'widens' : 'narrows';
}

function compareRequired(was: ReadObject, is: ReadObject, path: string): Finding[] {
  const findings: Finding[] = [];
  for (const name of is.required) {
    if (typeof name !== 'string' || was.required.has(name)) continue;
    const isNew = is.properties.has(name) && !was.properties.has(name);
    if (isNew) continue;
    const at = child(path, 'properties', name);
    findings.push({ path: at, effect: 'narrows', text: 'required now' });
  }
  for (const name of was.required) {
    if (typeof name !== 'string' || is.required.has(name)) continue;
    const isGone = was.properties.has(name) && !is.properties.has(name);
    if (isGone) continue;
    const at = child(path, 'properties', name);
    findings.push({ path: at, effect: 'widens', text: 'no longer required' });
  }
  return findings;
}

function compareRest(
  before: SchemaNode,
  after: SchemaNode,
  path: string,
  comparison: Comparison,
  depth: number,
): Finding[] {
  const key = 'additionalProperties';
  const [was, is] = [own(before.schema, key) ?? true, own(after.schema, key) ?? true];
  const at = child(path, key);
  if (isOpen(was) && isOpen(is)) return [];
  if (was === false && is === false) return [];
  if (was === false) return [{ path: at, effect: 'widens', text: 'others are allowed now' }];
  if (is === false) return [{ path: at, effect: 'narrows', text: 'no others are allowed now' }];
  return comparison.compare(
    { schema: toSchema(was), root: before.root },
    { schema: toSchema(is), root: after.root },
    at,
    depth,
  );
}

function isOpen(value: unknown): boolean {
  return value === true || (isObject(value) && Object.keys(value).length === 0);
}
