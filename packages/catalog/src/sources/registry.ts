import { AppError } from '@plugboard/contracts';

import { checkEntry, isTaken } from './check-entry.ts';
import { fetchText, placeOf } from './fetch-text.ts';
import { isObject, textOf } from './plain-data.ts';
import { foundInRegistry } from './registry-item.ts';
import {
  defaultSourceLimits,
  type ReadOptions,
  type Refusal,
  type SourceEntry,
  type SourceFetch,
  type SourcePages,
} from './source-reader.ts';

export interface RegistryOptions extends ReadOptions {
  readonly fetch: SourceFetch;
  /** Sent as it is, and by `fetch` to the location's origin alone. */
  readonly authorization?: string | undefined;
  /** Entries to ask for at once; a registry may give fewer. Default 100, which the official one allows. */
  readonly pageSize?: number;
}

/** What a person is told whose location is none. */
const registryLocation =
  'The location of a registry is the URL before /v0.1/servers, such as https://registry.modelcontextprotocol.io; for a catalog of Docker or a git repository give the kind docker or folder.';

/** Clocks of a registry's nodes differ, and what was begun before is committed after. */
const overlapMs = 10 * 60_000;

/**
 * Reads an MCP registry (API v0.1, or the first one): all of it, or what changed since the watermark,
 * with what was deleted. Its own clock makes the watermark: the latest change seen.
 */
export async function* readRegistry(location: string, options: RegistryOptions): SourcePages {
  const { fetch, signal, watermark, resume, pageSize = 100 } = options;
  const limits = { ...defaultSourceLimits, ...options.limits };
  const since = textOf(resume?.since) ?? sinceWatermark(watermark);
  let latest = textOf(resume?.latest) ?? watermark;
  let cursor = textOf(resume?.cursor);
  const seen = new Set<string>(cursor === undefined ? [] : [cursor]);
  for (let pages = 1; ; pages += 1) {
    signal.throwIfAborted();
    const url = pageUrl(location, { cursor, since, pageSize });
    const got = await fetchText(url, {
      fetch,
      signal,
      limits,
      headers: {
        accept: 'application/json',
        ...(options.authorization !== undefined && { authorization: options.authorization }),
      },
      accepts: {
        type: /^application\/(?:[\w.-]+\+)?json\b/i,
        words: 'JSON',
        cure: registryLocation,
      },
    });
    const { items, next } = readPage(got?.text ?? '', placeOf(url));
    if (items.length > limits.pageEntries) {
      throw wrong(
        url,
        `has ${items.length} entries in one page; ${limits.pageEntries} are allowed`,
      );
    }
    const entries: SourceEntry[] = [];
    const refusals: Refusal[] = [];
    for (const item of items) {
      const checked = checkEntry(foundInRegistry(item), limits);
      if (isTaken(checked)) {
        entries.push(checked);
        if (checked.updatedAt !== undefined && checked.updatedAt > (latest ?? '')) {
          latest = notInFuture(checked.updatedAt);
        }
      } else refusals.push(checked);
    }
    if (next !== undefined) {
      if (seen.has(next)) throw wrong(url, 'gave the same cursor twice, so it would never end');
      if (pages >= limits.pages) throw wrong(url, `has more than ${limits.pages} pages`);
      seen.add(next);
    }
    yield {
      entries,
      refusals,
      total: undefined,
      resume:
        next === undefined
          ? undefined
          : {
              cursor: next,
              ...(since !== undefined && { since }),
              ...(latest !== undefined && { latest }),
            },
    };
    if (next === undefined) {
      // One that does not say when entries changed can only be read in full.
      return { watermark: latest, listing: since === undefined ? 'full' : 'changes' };
    }
    cursor = next;
  }
}

/** Entries from the future would hide every change until then. */
function notInFuture(moment: string): string {
  const now = new Date().toISOString();
  return moment < now ? moment : now;
}

function sinceWatermark(watermark: string | undefined): string | undefined {
  const time = watermark === undefined ? NaN : Date.parse(watermark);
  return Number.isNaN(time) ? undefined : new Date(time - overlapMs).toISOString();
}

interface PageQuery {
  readonly cursor: string | undefined;
  readonly since: string | undefined;
  readonly pageSize: number;
}

function pageUrl(location: string, { cursor, since, pageSize }: PageQuery): string {
  const url = new URL(location);
  const path = url.pathname.replace(/\/+$/, '');
  if (/\/v0(?:\.\d+)?$/.test(path)) url.pathname = `${path}/servers`;
  else if (!path.endsWith('/servers')) url.pathname = `${path}/v0.1/servers`;
  url.searchParams.set('limit', String(pageSize));
  url.searchParams.set('include_deleted', 'true');
  if (since !== undefined) url.searchParams.set('updated_since', since);
  if (cursor !== undefined) url.searchParams.set('cursor', cursor);
  return url.href;
}

interface Page {
  readonly items: readonly unknown[];
  readonly next: string | undefined;
}

function readPage(text: string, place: string): Page {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw new AppError('upstream_failed', `${place} answered with JSON that is broken.`, {
      cause: error,
    });
  }
  if (Array.isArray(body)) return { items: body, next: undefined };
  if (!isObject(body) || !(Array.isArray(body.servers) || body.servers === null)) {
    throw new AppError(
      'upstream_failed',
      `${place} is not a registry: its answer has no list "servers". ${registryLocation}`,
    );
  }
  const metadata = isObject(body.metadata) ? body.metadata : {};
  const next = textOf(metadata.nextCursor) ?? textOf(metadata.next_cursor);
  return { items: body.servers ?? [], next };
}

function wrong(url: string, what: string): AppError {
  return new AppError('upstream_failed', `The registry at ${placeOf(url)} ${what}.`);
}
