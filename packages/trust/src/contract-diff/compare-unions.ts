import type { Comparison } from './comparison.ts';
import { child, type Finding } from './finding.ts';
import { isObject, type JsonObject, own } from './json.ts';
import { isAnnotation, merge, resolve, type SchemaNode, toSchema } from './schema.ts';
import { typesOf, valuesOf } from './schema-values.ts';

export function isUnion(schema: JsonObject): boolean {
  return Array.isArray(own(schema, 'anyOf')) || Array.isArray(own(schema, 'oneOf'));
}

/**
 * Compares by alternatives: each of before must be within one of after and the other way round. Of
 * `oneOf` values that fit two are refused, so one that gains an alternative is unclear unless no value
 * fits two.
 */
export function compareUnions(
  before: SchemaNode,
  after: SchemaNode,
  path: string,
  comparison: Comparison,
  depth: number,
): Finding[] {
  const [was, is] = [alternatives(before), alternatives(after)];
  if (!was || !is) {
    return [{ path, effect: 'unclear', text: 'its alternatives changed and cannot be compared' }];
  }
  const lost = was.filter((earlier) => !is.some((later) => covers(earlier, later)));
  const gained = is.filter((later) => !was.some((earlier) => covered(earlier, later)));
  const findings = [...changedAlternative(lost, gained)];
  const isJudged = findings.length > 0 || isExclusive(before, was) !== isExclusive(after, is);
  if (isJudged && (isOverlapping(before, was) || isOverlapping(after, is))) {
    findings.push({
      path: child(path, 'oneOf'),
      effect: 'unclear',
      text: 'exactly one alternative must fit, and which values fit two cannot be told',
    });
  }
  return findings;

  function changedAlternative(
    [one, ...more]: readonly SchemaNode[],
    [other, ...others]: readonly SchemaNode[],
  ): Finding[] {
    // One that is gone and one that is new are likely one that changed.
    if (one && other && more.length === 0 && others.length === 0) {
      return comparison.compare(one, other, path, depth);
    }
    return [
      ...lost.map((each): Finding => {
        return { path, effect: 'narrows', text: `no longer ${describe(each)}` };
      }),
      ...gained.map((each): Finding => {
        return { path, effect: 'widens', text: `also ${describe(each)} now` };
      }),
    ];
  }

  /** Whether `later` takes all that `earlier` takes. */
  function covers(earlier: SchemaNode, later: SchemaNode): boolean {
    const found = comparison.compare(earlier, later, path, depth);
    return found.every(({ effect }) => effect === 'none' || effect === 'widens');
  }

  /** Whether `earlier` took all that `later` takes. */
  function covered(earlier: SchemaNode, later: SchemaNode): boolean {
    const found = comparison.compare(earlier, later, path, depth);
    return found.every(({ effect }) => effect === 'none' || effect === 'narrows');
  }
}

function isExclusive({ schema }: SchemaNode, all: readonly SchemaNode[]): boolean {
  return Array.isArray(own(schema, 'oneOf')) && all.length > 1;
}

/** Whether some value could fit two alternatives of a `oneOf`. */
function isOverlapping(node: SchemaNode, all: readonly SchemaNode[]): boolean {
  if (!isExclusive(node, all)) return false;
  return all.some((one, at) => all.slice(at + 1).some((other) => !isDisjoint(one, other)));
}

function isDisjoint(one: SchemaNode, other: SchemaNode): boolean {
  const [a, b] = [resolve(one)?.schema, resolve(other)?.schema];
  if (!a || !b) return false;
  const types = typesOf(b);
  if (![...typesOf(a)].some((type) => types.has(type))) return true;
  const [first, second] = [valuesOf(a), valuesOf(b)];
  if (first && second && ![...first.keys()].some((text) => second.has(text))) return true;
  return hasDiscriminator(one, a, other, b);
}

/** A property that both require, with no value in common. */
function hasDiscriminator(
  one: SchemaNode,
  a: JsonObject,
  other: SchemaNode,
  b: JsonObject,
): boolean {
  const required = [own(a, 'required'), own(b, 'required')];
  const [mine, theirs] = [own(a, 'properties'), own(b, 'properties')];
  if (!isObject(mine) || !isObject(theirs)) return false;
  return Object.keys(mine).some((name) => {
    if (!required.every((names) => Array.isArray(names) && names.includes(name))) return false;
    const [x, y] = [
      resolve({ schema: toSchema(mine[name]), root: one.root }),
      resolve({ schema: toSchema(own(theirs, name)), root: other.root }),
    ];
    const [first, second] = [x && valuesOf(x.schema), y && valuesOf(y.schema)];
    return !!first && !!second && ![...first.keys()].some((text) => second.has(text));
  });
}

/** The alternatives, each with what stands beside them; a list of types counts as alternatives. */
function alternatives({ schema, root }: SchemaNode): readonly SchemaNode[] | undefined {
  const { anyOf, oneOf, ...beside } = schema;
  const nested = [anyOf, oneOf].filter((it): it is unknown[] => Array.isArray(it));
  if (nested.length === 2) return undefined;
  const rest = Object.fromEntries(Object.entries(beside).filter(([key]) => !isAnnotation(key)));
  const [all] = nested;
  if (!all) return splitTypes({ schema: rest, root });
  if (all.length > maxAlternatives) return undefined;
  const found: SchemaNode[] = [];
  for (const each of all) {
    const resolved = resolve({ schema: toSchema(each), root });
    const merged = resolved && merge(rest, resolved.schema);
    if (!merged) return undefined;
    // Those of an `anyOf` in an `anyOf` are alternatives like the others.
    const isFlat = anyOf !== undefined && !Array.isArray(own(merged, 'oneOf'));
    const inner = isFlat ? alternatives({ schema: merged, root }) : [{ schema: merged, root }];
    if (!inner || found.length + inner.length > maxAlternatives) return undefined;
    found.push(...inner);
  }
  return found;
}

const maxAlternatives = 100;

function splitTypes(node: SchemaNode): readonly SchemaNode[] {
  const type = own(node.schema, 'type');
  if (!Array.isArray(type) || type.length < 2) return [node];
  return type.map((each) => ({ schema: { ...node.schema, type: each }, root: node.root }));
}

function describe({ schema }: SchemaNode): string {
  const values = valuesOf(schema);
  if (values) return [...values.keys()].slice(0, 8).join(', ');
  const title = own(schema, 'title');
  if (typeof title === 'string') return title;
  const type = own(schema, 'type');
  const properties = own(schema, 'properties');
  const names = isObject(properties) ? Object.keys(properties).slice(0, 5) : [];
  const kind = typeof type === 'string' ? type : 'another form';
  return names.length > 0 ? `${kind} with ${names.join(', ')}` : kind;
}
