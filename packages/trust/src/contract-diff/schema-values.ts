import { canonical, own, show } from './json.ts';
import type { Finding } from './finding.ts';
import { child } from './finding.ts';
import type { JsonObject } from './json.ts';

const allTypes = ['null', 'boolean', 'object', 'array', 'integer', 'number', 'string'];

/** The types that a schema lets in; `number` stands with `integer` in it. */
export function typesOf(schema: JsonObject): ReadonlySet<string> {
  const type = own(schema, 'type');
  const named =
    type === undefined ? allTypes : [type].flat().filter((it) => typeof it === 'string');
  const types = new Set(named);
  if (types.has('number')) types.add('integer');
  const values = valuesOf(schema);
  if (!values) return types;
  return new Set([...values.values()].map(typeOf).filter((it) => types.has(it)));
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (Number.isInteger(value)) return 'integer';
  return typeof value;
}

/** The only values that a schema lets in, by their canonical text; undefined when it lists none. */
export function valuesOf(schema: JsonObject): ReadonlyMap<string, unknown> | undefined {
  if (Object.hasOwn(schema, 'const')) return byText([schema['const']]);
  const listed = own(schema, 'enum');
  return Array.isArray(listed) ? byText(listed) : undefined;
}

function byText(values: readonly unknown[]): ReadonlyMap<string, unknown> {
  return new Map(values.map((value) => [canonical(value), value]));
}

export function compareTypes(before: JsonObject, after: JsonObject, path: string): Finding[] {
  const [was, is] = [typesOf(before), typesOf(after)];
  const lost = [...was].some((type) => !is.has(type));
  const gained = [...is].some((type) => !was.has(type));
  // Where both list their values these say it better.
  if ((!lost && !gained) || (valuesOf(before) && valuesOf(after))) return [];
  const effect = lost ? (gained ? 'unclear' : 'narrows') : 'widens';
  return [{ path, effect, text: `type is ${name(is)} now, was ${name(was)}` }];
}

function name(types: ReadonlySet<string>): string {
  if (types.size === allTypes.length) return 'anything';
  const shown = [...types].filter((type) => type !== 'integer' || !types.has('number'));
  return shown.length === 0 ? 'nothing' : shown.sort().join(' | ');
}

const maxListed = 8;

export function compareValues(before: JsonObject, after: JsonObject, path: string): Finding[] {
  const [was, is] = [valuesOf(before), valuesOf(after)];
  if (!was && !is) return [];
  if (!was) return [{ path, effect: 'narrows', text: `only ${list(is)} now` }];
  if (!is) return [{ path, effect: 'widens', text: `no longer only ${list(was)}` }];
  const lost = new Map([...was].filter(([text]) => !is.has(text)));
  const gained = new Map([...is].filter(([text]) => !was.has(text)));
  return [
    ...(lost.size > 0
      ? [{ path, effect: 'narrows', text: `no longer ${list(lost)}` } as const]
      : []),
    ...(gained.size > 0
      ? [{ path, effect: 'widens', text: `also ${list(gained)} now` } as const]
      : []),
  ];
}

function list(values: ReadonlyMap<string, unknown> | undefined): string {
  const all = [...(values?.values() ?? [])].map(show);
  const more = all.length > maxListed ? ` and ${all.length - maxListed} more` : '';
  return all.slice(0, maxListed).join(', ') + more;
}

const lowest = ['minLength', 'minItems', 'minProperties', 'minContains'] as const;
const highest = ['maxLength', 'maxItems', 'maxProperties', 'maxContains'] as const;

/** Bounds of numbers, lengths and counts. */
export function compareBounds(before: JsonObject, after: JsonObject, path: string): Finding[] {
  return [
    ...lowest.flatMap((keyword) => compareBound(before, after, path, keyword, 1)),
    ...highest.flatMap((keyword) => compareBound(before, after, path, keyword, -1)),
    ...compareLimit(before, after, path, ['minimum', 'exclusiveMinimum'], 1),
    ...compareLimit(before, after, path, ['maximum', 'exclusiveMaximum'], -1),
    ...compareMultiple(before, after, path),
  ];
}

function compareBound(
  before: JsonObject,
  after: JsonObject,
  path: string,
  keyword: string,
  sign: 1 | -1,
): Finding[] {
  const none = sign === 1 && keyword.startsWith('min') ? 0 : Infinity;
  const [was, is] = [numberAt(before, keyword) ?? none, numberAt(after, keyword) ?? none];
  if (was === is) return [];
  const effect = (is - was) * sign > 0 ? 'narrows' : 'widens';
  return [{ path: child(path, keyword), effect, text: `is ${bound(is)} now, was ${bound(was)}` }];
}

function bound(value: number): string {
  return Number.isFinite(value) ? String(value) : 'unlimited';
}

function numberAt(schema: JsonObject, keyword: string): number | undefined {
  const value = own(schema, keyword);
  return typeof value === 'number' ? value : undefined;
}

interface Limit {
  readonly value: number;
  readonly exclusive: boolean;
}

function compareLimit(
  before: JsonObject,
  after: JsonObject,
  path: string,
  keywords: readonly [string, string],
  sign: 1 | -1,
): Finding[] {
  const [was, is] = [limitOf(before, keywords, sign), limitOf(after, keywords, sign)];
  const tighter = ((is?.value ?? -Infinity * sign) - (was?.value ?? -Infinity * sign)) * sign;
  const exclusive = Number(is?.exclusive ?? false) - Number(was?.exclusive ?? false);
  const change = Number.isNaN(tighter) || tighter === 0 ? exclusive : tighter;
  if (change === 0) return [];
  const effect = change > 0 ? 'narrows' : 'widens';
  const text = `is ${showLimit(is)} now, was ${showLimit(was)}`;
  return [{ path: child(path, keywords[0]), effect, text }];
}

/** The stricter of a bound and an exclusive bound; draft-04 said the latter by a boolean. */
function limitOf(
  schema: JsonObject,
  [plain, strict]: readonly [string, string],
  sign: 1 | -1,
): Limit | undefined {
  const value = numberAt(schema, plain);
  const beyond = numberAt(schema, strict);
  if (value !== undefined && own(schema, strict) === true) return { value, exclusive: true };
  if (beyond === undefined) return value === undefined ? undefined : { value, exclusive: false };
  if (value === undefined || (beyond - value) * sign >= 0)
    return { value: beyond, exclusive: true };
  return { value, exclusive: false };
}

function showLimit(limit: Limit | undefined): string {
  return limit ? `${limit.value}${limit.exclusive ? ' (itself not)' : ''}` : 'unlimited';
}

function compareMultiple(before: JsonObject, after: JsonObject, path: string): Finding[] {
  const [was, is] = [numberAt(before, 'multipleOf'), numberAt(after, 'multipleOf')];
  if (was === is) return [];
  const text = `is ${is ?? 'any'} now, was ${was ?? 'any'}`;
  const at = child(path, 'multipleOf');
  if (was === undefined) return [{ path: at, effect: 'narrows', text }];
  if (is === undefined) return [{ path: at, effect: 'widens', text }];
  if (Number.isInteger(is / was)) return [{ path: at, effect: 'narrows', text }];
  return [{ path: at, effect: Number.isInteger(was / is) ? 'widens' : 'unclear', text }];
}

/** Keywords that only ever take values away, and of which two that differ are not compared. */
export function compareWhole(
  before: JsonObject,
  after: JsonObject,
  path: string,
  keyword: string,
): Finding[] {
  const [was, is] = [own(before, keyword), own(after, keyword)];
  if (canonical(was) === canonical(is)) return [];
  const at = child(path, keyword);
  if (was === undefined || was === false) {
    return [{ path: at, effect: 'narrows', text: `must be ${show(is)} now` }];
  }
  if (is === undefined || is === false) {
    return [{ path: at, effect: 'widens', text: `no longer ${show(was)}` }];
  }
  return [{ path: at, effect: 'unclear', text: `is ${show(is)} now, was ${show(was)}` }];
}
