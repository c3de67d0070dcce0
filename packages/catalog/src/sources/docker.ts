import { createHash } from 'node:crypto';

import { AppError } from '@plugboard/contracts';

import { checkEntry, isTaken } from './check-entry.ts';
import { readDockerEntry } from './docker-entry.ts';
import { fetchText, placeOf } from './fetch-text.ts';
import { fromDocker } from './from-docker.ts';
import { isObject } from './plain-data.ts';
import {
  defaultSourceLimits,
  type ReadOptions,
  type Refusal,
  type SourceEntry,
  type SourceFetch,
  type SourcePages,
} from './source-reader.ts';

export interface DockerOptions extends ReadOptions {
  readonly fetch: SourceFetch;
  readonly authorization?: string | undefined;
}

const pageEntries = 200;

/**
 * Reads a catalog in Docker's format, JSON or YAML, from a URL: a list of entries or an object with
 * `registry` (or `servers`) by name. All of it, unless it is as it was.
 */
export async function* readDocker(location: string, options: DockerOptions): SourcePages {
  const { fetch, signal, watermark } = options;
  const limits = { ...defaultSourceLimits, ...options.limits };
  const got = await fetchText(location, {
    fetch,
    signal,
    limits,
    headers: {
      accept: 'application/json, application/yaml, text/yaml, text/plain;q=0.5',
      ...(options.authorization !== undefined && { authorization: options.authorization }),
    },
    accepts: { type: /^(?!text\/html|image\/)/i, words: 'JSON or YAML' },
  });
  return yield* readDockerText(got?.text ?? '', placeOf(location), { watermark, limits });
}

/** The same for a text that is at hand. */
export async function* readDockerText(
  text: string,
  place: string,
  options: Omit<ReadOptions, 'signal'>,
): SourcePages {
  const limits = { ...defaultSourceLimits, ...options.limits };
  const digest = createHash('sha256').update(text).digest('hex');
  if (options.watermark === digest) return { watermark: digest, listing: 'same' };
  const found = listEntries(await parse(text, place), place);
  for (let at = 0; at < found.length; at += pageEntries) {
    const entries: SourceEntry[] = [];
    const refusals: Refusal[] = [];
    for (const [key, value] of found.slice(at, at + pageEntries)) {
      const checked = checkOne(key, value);
      if (isTaken(checked)) entries.push(checked);
      else refusals.push(checked);
    }
    yield { entries, refusals, resume: undefined, total: found.length };
  }
  return { watermark: digest, listing: 'full' };

  function checkOne(key: string | undefined, value: unknown): SourceEntry | Refusal {
    const entry = isObject(value) ? readDockerEntry(key, value) : undefined;
    if (!entry) return { ...(key && { name: key.slice(0, 200) }), reason: 'it is not an entry' };
    return checkEntry(fromDocker(entry), limits);
  }
}

async function parse(text: string, place: string): Promise<unknown> {
  try {
    if (/^\s*[[{]/.test(text)) return JSON.parse(text);
    // Loaded for this alone.
    const { parseDocument } = await import('yaml');
    // Aliases repeat what they stand for, so a few lines could become gigabytes.
    const document = parseDocument(text, { uniqueKeys: true });
    const [error] = document.errors;
    if (error) throw error;
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new AppError('upstream_failed', `${place} is neither JSON nor YAML.`, { cause: error });
  }
}

function listEntries(body: unknown, place: string): readonly [string | undefined, unknown][] {
  const list = isObject(body) ? (body.registry ?? body.servers) : body;
  if (Array.isArray(list)) return list.map((entry: unknown) => [undefined, entry]);
  if (isObject(list)) return Object.entries(list);
  throw new AppError(
    'upstream_failed',
    `${place} is not a catalog in Docker's format: a list of servers, or an object with "registry".`,
  );
}
