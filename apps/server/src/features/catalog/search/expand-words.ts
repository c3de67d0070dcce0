import {
  allowedSlips,
  countSlips,
  letterMask,
  synonymsOf,
  type Viewer,
  wordForms,
} from '@plugboard/catalog';
import { sql } from 'kysely';

import type { TenantDb } from '../../tenant-db.ts';
import { seenBy } from './viewer.ts';

/** A word that stands for one of the query's, and what finding it is worth. */
export interface Alternative {
  /** The number of the query's word. */
  readonly term: number;
  readonly word: string;
  readonly factor: number;
  /** Looked for in what servers say of themselves, not in their tools. */
  readonly ofServers?: boolean;
}

/** A query's words as they are looked for. */
export interface Expansion {
  readonly alternatives: readonly Alternative[];
  /** What was looked for in place of words that the viewer's catalog does not know. */
  readonly corrections: readonly { readonly word: string; readonly meant: string }[];
}

/** What an alternative is worth beside the word itself. Tuned, see docs/search.md. */
const factors = { form: 0.9, beginning: 0.75, synonym: 0.5, oneSlip: 0.7, twoSlips: 0.5 } as const;
/** How many longer words a beginning of 1, 2, 3 or more letters stands for. */
const maxBeginnings = [0, 6, 12, 24, 40] as const;
/** So short a beginning says too little to be looked for in tools. */
const shortBeginning = 3;
const maxSlipped = 4;
const lastCharacter = '\u{10ffff}';

interface Known {
  readonly word: string;
  readonly seen: number;
}

/**
 * Finds which words of the catalog a query's words stand for: themselves, their forms and synonyms,
 * words that the last begins, and for one that is unknown the nearest ones. Only words that the
 * viewer sees somewhere take part.
 */
export async function expandWords(
  db: TenantDb,
  viewer: Viewer,
  words: readonly string[],
  open: boolean,
): Promise<Expansion> {
  if (words.length === 0) return { alternatives: [], corrections: [] };
  const families = words.map(family);
  const last = open ? words.at(-1) : undefined;
  const keys = new Set(['', ...families.flatMap((members) => [...members.keys()])]);
  const known = await readKnown(db, viewer, [...keys]);
  const beginnings = last === undefined ? [] : await readBeginnings(db, viewer, last);
  const total = known.get('') ?? 0;

  const alternatives: Alternative[] = [];
  const corrections: { word: string; meant: string }[] = [];
  for (const [term, word] of words.entries()) {
    const found = new Map<string, { factor: number; seen: number; ofServers?: boolean }>();
    const add = ({ word: each, seen }: Known, factor: number, ofServers = false) => {
      if (factor > (found.get(each)?.factor ?? 0)) found.set(each, { factor, seen, ofServers });
    };
    for (const [member, factor] of families[term] ?? []) {
      const seen = known.get(member);
      if (seen !== undefined) add({ word: member, seen }, factor);
    }
    const isLast = word === last && term === words.length - 1;
    if (isLast) {
      for (const each of beginnings) {
        const share = 0.6 + (0.4 * word.length) / each.word.length;
        add(each, factors.beginning * share, word.length <= shortBeginning);
      }
    }
    const byMeaning = [...found].some(([, { factor }]) => factor > factors.synonym);
    if (!byMeaning) {
      const near = await readSlipped(db, viewer, word, isLast);
      for (const { slips, ...each } of near) {
        add(each, slips === 1 ? factors.oneSlip : factors.twoSlips);
      }
      if (near[0] && found.size > 0) corrections.push({ word, meant: near[0].word });
    }
    const seen = [...found.values()].reduce((sum, each) => sum + each.seen, 0);
    const rarity = Math.log(1 + total / (1 + Math.min(seen, total)));
    for (const [each, { factor, ofServers }] of found) {
      // Few digits, for cursors carry them.
      const worth = Number((factor * rarity).toPrecision(4));
      alternatives.push({ term, word: each, factor: worth, ...(ofServers && { ofServers }) });
    }
  }
  return { alternatives, corrections };
}

/** The word, its forms and synonyms, with what each is worth. */
function family(word: string): Map<string, number> {
  const members = new Map<string, number>();
  const add = (each: string, factor: number) => {
    if (factor > (members.get(each) ?? 0)) members.set(each, factor);
  };
  const forms = wordForms(word);
  for (const each of [word, ...forms]) {
    for (const synonym of synonymsOf(each)) add(synonym, factors.synonym);
  }
  for (const form of forms) add(form, factors.form);
  add(word, 1);
  return members;
}

async function readKnown(
  db: TenantDb,
  viewer: Viewer,
  words: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const seen = seenBy(viewer);
  const { rows } = await sql<Known>`
    select w.word, ${seen} as seen from catalog_words w
    where w.word = any(${words}::text[]) and ${seen} > 0
  `.execute(db);
  return new Map(rows.map(({ word, seen }) => [word, seen]));
}

async function readBeginnings(
  db: TenantDb,
  viewer: Viewer,
  beginning: string,
): Promise<readonly Known[]> {
  const seen = seenBy(viewer);
  const { rows } = await sql<Known>`
    select w.word, ${seen} as seen from catalog_words w
    where w.word > ${beginning} and w.word < ${beginning + lastCharacter} and ${seen} > 0
    order by seen desc, w.word limit ${maxBeginnings[beginning.length] ?? 40}
  `.execute(db);
  return rows;
}

/** The nearest words to one that is unknown, best first. */
async function readSlipped(
  db: TenantDb,
  viewer: Viewer,
  word: string,
  open: boolean,
): Promise<readonly (Known & { readonly slips: number })[]> {
  const limit = allowedSlips(word);
  if (limit === 0) return [];
  const seen = seenBy(viewer);
  const mask = sql`${String(letterMask(word))}::bigint`;
  const [longest, differing] = open
    ? [40, sql`bit_count((${mask} & ~w.letters)::bit(64)) <= ${limit}`]
    : [word.length + limit, sql`bit_count((${mask} # w.letters)::bit(64)) <= ${2 * limit}`];
  const { rows } = await sql<Known>`
    select w.word, ${seen} as seen from catalog_words w
    where w.length between ${word.length - limit} and ${longest} and ${differing} and ${seen} > 0
  `.execute(db);
  return rows
    .map((known) => ({ ...known, slips: slipsTo(word, known.word, limit, open) }))
    .filter(({ slips }) => slips > 0 && slips <= limit)
    .toSorted(
      (a, b) =>
        a.slips - b.slips ||
        Number(b.word[0] === word[0]) - Number(a.word[0] === word[0]) ||
        b.seen - a.seen,
    )
    .slice(0, maxSlipped);
}

/** A word that is still typed may be the beginning of what is meant. */
function slipsTo(word: string, known: string, limit: number, open: boolean): number {
  const whole = countSlips(word, known, limit);
  if (!open || known.length <= word.length) return whole;
  const beginnings = [-1, 0, 1].map((more) =>
    countSlips(word, known.slice(0, word.length + more), limit),
  );
  return Math.min(whole, ...beginnings);
}
