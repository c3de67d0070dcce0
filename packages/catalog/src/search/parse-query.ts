import { foldText } from './fold.ts';
import { type MomentRange, parseMoments } from './moments.ts';
import {
  type FacetKey,
  findQueryKey,
  queryKeys,
  type QueryKeyName,
  type SortOrder,
  sortOrders,
} from './query-keys.ts';
import { nearest } from './spelling.ts';
import { withoutStopWords } from './stop-words.ts';
import { cutQuery, type QueryPiece } from './query-pieces.ts';
import { identifierWords, proseWords } from './words.ts';

/** Characters of a query that are read; the rest is left out with a message. */
export const maxQueryLength = 1000;
const maxWords = 12;
const maxFilters = 30;

/** Values of one key: any of the first, none of the second; an empty list asks nothing. */
export interface Choice {
  readonly any: readonly string[];
  readonly none: readonly string[];
}

/** A piece of the query that could not be taken as it was meant. */
export interface QueryMessage {
  readonly piece: string;
  readonly message: string;
  /** What to put in its place. */
  readonly suggestion?: string;
}

/** A search, read. */
export interface SearchQuery {
  /** Words looked for by meaning, folded, each once; without words that say nothing. */
  readonly words: readonly string[];
  /** Whether the last of `words` may be the beginning of a longer one. */
  readonly open: boolean;
  /** Words that must stand in this order. */
  readonly phrases: readonly (readonly string[])[];
  /** Words or phrases that must not occur. */
  readonly excluded: readonly (readonly string[])[];
  readonly facets: Readonly<Partial<Record<FacetKey, Choice>>>;
  /** Parts of the publisher's name, folded. */
  readonly publisher: Choice;
  /** Words that stand together in the name of one tool, with spaces between. */
  readonly tool: Choice;
  readonly updated: MomentRange;
  /** Undefined when the query does not say. */
  readonly sort: SortOrder | undefined;
  readonly messages: readonly QueryMessage[];
}

/** Reads what somebody typed. Everything is a query: what is wrong in it is told in `messages`. */
export function parseQuery(text: string): SearchQuery {
  const reader = new Reader();
  if (text.length > maxQueryLength) {
    reader.tell(
      `${text.slice(0, 20)}…`,
      `A query has at most ${maxQueryLength} characters; the rest of this one was left out.`,
    );
  }
  const kept = text.slice(0, maxQueryLength);
  for (const piece of cutQuery(kept)) reader.read(piece);
  return reader.end();
}

class Reader {
  readonly #words: string[] = [];
  #open = false;
  readonly #phrases: string[][] = [];
  readonly #excluded: string[][] = [];
  readonly #choices = new Map<QueryKeyName, { any: string[]; none: string[] }>();
  #updated: MomentRange = {};
  #sort: SortOrder | undefined;
  readonly #messages: QueryMessage[] = [];
  #filters = 0;

  tell(piece: string, message: string, suggestion?: string): void {
    this.#messages.push({ piece, message, ...(suggestion !== undefined && { suggestion }) });
  }

  read(piece: QueryPiece): void {
    this.#open = false;
    if (piece.key !== undefined) this.#readFilter(piece, piece.key);
    else this.#readText(piece, piece.text);
  }

  end(): SearchQuery {
    const all = [...new Set(this.#words)];
    const telling = withoutStopWords(all);
    const words = telling.slice(0, maxWords);
    if (telling.length > maxWords) {
      this.tell(
        telling[maxWords] ?? '',
        `Only the first ${maxWords} words of a query are looked for; the others were left out.`,
      );
    }
    const facets: Partial<Record<FacetKey, Choice>> = {};
    for (const [key, choice] of this.#choices) {
      if (key !== 'publisher' && key !== 'tool' && key !== 'updated' && key !== 'sort') {
        facets[key] = choice;
      }
    }
    return {
      words,
      open: this.#open && words.at(-1) === this.#words.at(-1),
      phrases: this.#phrases,
      excluded: this.#excluded,
      facets,
      publisher: this.#choices.get('publisher') ?? { any: [], none: [] },
      tool: this.#choices.get('tool') ?? { any: [], none: [] },
      updated: this.#updated,
      sort: this.#sort,
      messages: this.#messages,
    };
  }

  #readText({ negated, quoted, closed }: QueryPiece, text: string): void {
    const words = quoted ? proseWords(text) : wordsOf(text);
    if (words.length === 0) return;
    if (negated || quoted) {
      const list = negated ? this.#excluded : this.#phrases;
      if (list.length < maxWords) list.push(words.slice(0, maxWords));
      else this.tell(text, `A query has at most ${maxWords} of these; this one was left out.`);
      return;
    }
    this.#words.push(...words);
    this.#open = !closed && /[\p{L}\p{N}]$/u.test(text);
  }

  #readFilter(piece: QueryPiece, word: string): void {
    const key = findQueryKey(foldText(word));
    if (!key) {
      this.#readUnknownKey(piece, word);
      return;
    }
    if (piece.text === '') {
      this.tell(piece.raw, `"${key.key}:" wants a value, such as ${key.example}.`, key.example);
      return;
    }
    for (const value of piece.quoted ? [piece.text] : piece.text.split(',')) {
      if (value === '') continue;
      if (++this.#filters > maxFilters) {
        this.tell(piece.raw, `A query has at most ${maxFilters} filters; this one was left out.`);
        return;
      }
      this.#readValue(piece, key, value);
    }
  }

  /** A slip of the pen is told; what looks like no key at all, such as a URL, is text. */
  #readUnknownKey(piece: QueryPiece, word: string): void {
    const meant = nearest(
      foldText(word),
      queryKeys.map(({ key }) => key),
    );
    if (meant === undefined) {
      this.#readText(piece, piece.quoted ? piece.text : `${word}:${piece.text}`);
      if (/^[a-z_]+$/i.test(word) && !piece.text.startsWith('//')) {
        this.tell(
          piece.raw,
          `There is no filter "${word}", so its words were searched for. Filters are ${queryKeys.map(({ key }) => key).join(', ')}.`,
        );
      }
      return;
    }
    const suggestion = `${piece.negated ? '-' : ''}${meant}:${piece.text}`;
    this.tell(piece.raw, `There is no filter "${word}". Did you mean ${meant}?`, suggestion);
  }

  #readValue(
    { negated, raw }: QueryPiece,
    key: NonNullable<ReturnType<typeof findQueryKey>>,
    text: string,
  ): void {
    const folded = foldText(text).trim();
    if (key.key === 'updated') {
      this.#readMoments(raw, negated, text);
      return;
    }
    const value =
      key.aliases && Object.hasOwn(key.aliases, folded) ? (key.aliases[folded] ?? folded) : folded;
    if (key.values && !key.values.includes(value)) {
      const meant =
        key.values.find((known) => known.startsWith(value) || value.startsWith(known)) ??
        nearest(value, key.values);
      this.tell(
        raw,
        `"${text}" is no value of ${key.key}. ${meant === undefined ? '' : `Did you mean ${meant}? `}There are ${key.values.join(', ')}.`,
        meant === undefined ? undefined : `${negated ? '-' : ''}${key.key}:${meant}`,
      );
      return;
    }
    if (key.key === 'sort') {
      this.#sort = sortOrders.find((order) => order === value);
      return;
    }
    const choice = this.#choices.get(key.key) ?? { any: [], none: [] };
    this.#choices.set(key.key, choice);
    const list = negated ? choice.none : choice.any;
    const wanted = key.key === 'tool' ? identifierWords(text).slice(0, maxWords).join(' ') : value;
    if (wanted !== '' && !list.includes(wanted)) list.push(wanted);
  }

  #readMoments(raw: string, negated: boolean, text: string): void {
    const range = negated ? undefined : parseMoments(text);
    if (range) {
      this.#updated = { ...this.#updated, ...range };
      return;
    }
    this.tell(
      raw,
      negated
        ? 'updated: cannot be turned around with "-"; write updated:<2026-01 instead.'
        : `"${text}" is no time that updated: knows. Write updated:>2026-01, updated:2026 or updated:2026-01..2026-06.`,
      'updated:>2026-01',
    );
  }
}

/** `send_email` and `sendEmail` are meant as their words, `GitHub` as one. */
function wordsOf(text: string): string[] {
  return /_|^[a-z]+(?:[A-Z][a-z]+)+$/.test(text) ? identifierWords(text) : proseWords(text);
}
