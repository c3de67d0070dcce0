import type { ContractOffering } from './contract-offering.ts';
import { canonical, isObject, own } from './json.ts';
import type { OfferingChange } from './offering-change.ts';

/** So alike must two names be, from 0 to 1. */
const leastLikeness = 0.5;
/** More than so many pairs are not compared: a server that renames all of its tools is another one. */
const maxPairs = 10_000;

/** Tells of each removed offering what was likely put in its place: same schemas, similar name. */
export function withRenames(
  changes: readonly OfferingChange[],
  before: readonly ContractOffering[],
  after: readonly ContractOffering[],
): readonly OfferingChange[] {
  const removed = formsOf(changes, 'removed', before);
  const added = formsOf(changes, 'added', after);
  if (removed.length * added.length > maxPairs) return changes;
  const pairs = removed
    .flatMap((was) => added.map((is) => ({ was, is, likeness: likenessOf(was, is) })))
    .filter(({ likeness }) => likeness >= leastLikeness)
    .toSorted((a, b) => b.likeness - a.likeness);
  const renamed = new Map<OfferingChange, string>();
  for (const { was, is } of pairs) {
    if (renamed.has(was.change) || renamed.has(is.change)) continue;
    renamed.set(was.change, is.change.name).set(is.change, was.change.name);
  }
  return changes.map((change) => {
    const other = renamed.get(change);
    return other === undefined ? change : { ...change, renamed: other };
  });
}

interface Form {
  readonly change: OfferingChange;
  readonly schemas: string;
  readonly words: string;
}

function formsOf(
  changes: readonly OfferingChange[],
  what: OfferingChange['change'],
  offerings: readonly ContractOffering[],
): readonly Form[] {
  const texts = new Map(offerings.map(({ kind, name, text }) => [`${kind}:${name}`, text]));
  return changes
    .filter(({ change }) => change === what)
    .map((change) => ({
      change,
      schemas: schemasOf(texts.get(`${change.kind}:${change.name}`) ?? '{}'),
      words: change.name
        .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, ' ')
        .trim(),
    }));
}

/** What is compared of two definitions: schemas without words. */
function schemasOf(text: string): string {
  const definition: unknown = JSON.parse(text);
  const parts = ['inputSchema', 'outputSchema', 'arguments'].map((key) => own(definition, key));
  return canonical(withoutWords(parts));
}

const words = new Set(['title', 'description', 'examples', '$schema', '$id', '$comment']);

function withoutWords(value: unknown, isNames = false): unknown {
  if (Array.isArray(value)) return value.map((each) => withoutWords(each));
  if (!isObject(value)) return value;
  // A property may be called as a keyword is.
  const entries = Object.entries(value).filter(([key]) => isNames || !words.has(key));
  return Object.fromEntries(
    entries.map(([key, each]) => [key, withoutWords(each, key === 'properties' && !isNames)]),
  );
}

function likenessOf(was: Form, is: Form): number {
  if (was.change.kind !== is.change.kind || was.schemas !== is.schemas) return 0;
  const [a, b] = [new Set(was.words.split(' ')), new Set(is.words.split(' '))];
  const shared = [...a].filter((word) => b.has(word)).length;
  return Math.max(shared / Math.max(a.size, b.size), likeText(was.words, is.words));
}

/** One less the share of letters that have to be changed. */
function likeText(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  if (longest === 0 || longest > 200) return a === b ? 1 : 0;
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return 1 - (row[b.length] ?? longest) / longest;
}
