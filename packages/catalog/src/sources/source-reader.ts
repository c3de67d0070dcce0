import type { ServerJson } from '../server-json.ts';

/** What a source makes of a version; `server.json` does not say it. */
export type EntryStatus = 'active' | 'deprecated' | 'deleted';

/** One version of one server, checked. */
export interface SourceEntry {
  readonly server: ServerJson;
  /** `server` as JSON text. */
  readonly document: string;
  readonly status: EntryStatus;
  readonly statusMessage: string | undefined;
  /** As the source says. */
  readonly isLatest: boolean;
  /** ISO 8601, in UTC. */
  readonly publishedAt: string | undefined;
  readonly updatedAt: string | undefined;
  /** The registry's own words about it, as JSON text. */
  readonly registryMeta: string | undefined;
  /** Markdown as it came: see `plainMarkdown` before showing it. */
  readonly readme: string | undefined;
  /** JSON text of an array of tool definitions or of `{name, description}`. */
  readonly tools: string | undefined;
}

/** An entry that was not taken, and why. */
export interface Refusal {
  /** Absent where it has none that could be said. */
  readonly name?: string;
  readonly reason: string;
}

/** Where a reader goes on after a page: JSON that only the reader understands. */
export type SourceResume = Readonly<Record<string, string | number | boolean>>;

/** Some of a source's entries, in its order. */
export interface SourcePage {
  readonly entries: readonly SourceEntry[];
  readonly refusals: readonly Refusal[];
  /** Where to go on once these are stored; undefined when this was the last page. */
  readonly resume: SourceResume | undefined;
  /** How many entries there are in all, where the source says. */
  readonly total: number | undefined;
}

/** What reading to the end came to. */
export interface SourceEnd {
  /** To be given to the next reading; undefined when the source has nothing of the kind. */
  readonly watermark: string | undefined;
  /** `full`: what was not read is gone. `changes`: the rest is as it was. `same`: nothing was read. */
  readonly listing: 'full' | 'changes' | 'same';
}

/** Reads a source page by page; what it returns at its end holds only when it came there. */
export type SourcePages = AsyncGenerator<SourcePage, SourceEnd, void>;

/** What an answer must have: a `Response` has it. */
export interface SourceResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** Does an HTTP GET, following redirects. In production it reaches only what an admin allowed. */
export type SourceFetch = (
  url: string,
  init: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
) => Promise<SourceResponse>;

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** What the last complete reading ended with. */
  readonly watermark?: string | undefined;
  /** Of the page after which an earlier reading was interrupted. */
  readonly resume?: SourceResume | undefined;
  readonly limits?: Partial<SourceLimits>;
}

/** Bounds on what a source may send. Sizes in bytes, times in milliseconds. */
export interface SourceLimits {
  readonly documentBytes: number;
  readonly readmeBytes: number;
  /** Of one page, or of a catalog that is one file. */
  readonly bodyBytes: number;
  /** Entries in one page. */
  readonly pageEntries: number;
  readonly pages: number;
  /** Of one request, from its beginning to the end of its body. */
  readonly requestMs: number;
  /** Requests for one page that fail in ways that may pass. */
  readonly attempts: number;
  /** Before the second attempt; doubled for each further one. */
  readonly backOffMs: number;
  /** The longest wait that a `Retry-After` can ask for before the reading is given up. */
  readonly longestWaitMs: number;
}

export const defaultSourceLimits: SourceLimits = Object.freeze({
  documentBytes: 256 * 1024,
  readmeBytes: 512 * 1024,
  bodyBytes: 32 * 1024 * 1024,
  pageEntries: 20_000,
  pages: 20_000,
  requestMs: 60_000,
  attempts: 5,
  backOffMs: 500,
  longestWaitMs: 60_000,
});
