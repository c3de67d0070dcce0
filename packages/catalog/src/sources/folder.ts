import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';

import { AppError } from '@plugboard/contracts';

import { checkEntry, isTaken } from './check-entry.ts';
import {
  defaultSourceLimits,
  type ReadOptions,
  type Refusal,
  type SourceEntry,
  type SourcePages,
} from './source-reader.ts';

const deepest = 6;
const mostFiles = 50_000;
const pageEntries = 200;

/**
 * Resolves a path that a person gave to a folder or file inside `root`, also when links lead there.
 * Rejects with `AppError('invalid_input')` when it lies elsewhere or is not there.
 */
export async function placeWithin(root: string, location: string): Promise<string> {
  const base = await realpath(root).catch(() => undefined);
  if (base === undefined) {
    throw new AppError(
      'invalid_input',
      'The catalog folder is not there. Make it, or set PLUGBOARD_CATALOG_DIR to where it is.',
    );
  }
  const wanted = resolve(base, location);
  const outside = new AppError(
    'invalid_input',
    `"${location}" does not lie in the catalog folder. Name a path inside of it.`,
  );
  if (!isWithin(resolve(root), wanted) && !isWithin(base, wanted)) throw outside;
  const real = await realpath(wanted).catch(() => undefined);
  if (real === undefined) {
    throw new AppError('invalid_input', `There is no "${location}" in the catalog folder.`);
  }
  if (!isWithin(base, real)) throw outside;
  return real;
}

export interface FolderOptions extends ReadOptions {
  /** Instead of a digest of the files: what they are known to stand for, such as a commit. */
  readonly mark?: string | undefined;
  /** Whether what its entries say of Plugboard's own facts is believed. */
  readonly ours: boolean;
}

/**
 * Reads all `server.json` files (also `<name>.server.json`) of a folder, at most six levels deep; a
 * README.md beside one is kept with it. Links are not followed. `folder` is real and allowed.
 */
export async function* readFolder(folder: string, options: FolderOptions): SourcePages {
  const { signal, watermark, mark, ours } = options;
  const limits = { ...defaultSourceLimits, ...options.limits };
  if (mark !== undefined && mark === watermark) return { watermark, listing: 'same' };
  const files = await findFiles(folder, signal);
  const hash = createHash('sha256');
  const known = new Set<string>();
  let entries: SourceEntry[] = [];
  let refusals: Refusal[] = [];
  for (const file of files) {
    signal.throwIfAborted();
    const checked = await readOne(file);
    if (isTaken(checked)) entries.push(checked);
    else refusals.push(checked);
    if (entries.length + refusals.length >= pageEntries) {
      yield { entries, refusals, resume: undefined, total: files.length };
      entries = [];
      refusals = [];
    }
  }
  yield { entries, refusals, resume: undefined, total: files.length };
  return { watermark: mark ?? hash.digest('hex'), listing: 'full' };

  async function readOne(file: string): Promise<SourceEntry | Refusal> {
    const name = relative(folder, file).slice(0, 200);
    const text = await readSmall(file, limits.documentBytes);
    if (text === undefined)
      return { name, reason: `it is larger than ${limits.documentBytes} bytes` };
    const readme = await readSmall(join(file, '..', 'README.md'), limits.readmeBytes);
    hash.update(`${name}\0${text}\0${readme ?? ''}\0`);
    let server: unknown;
    try {
      server = JSON.parse(text);
    } catch {
      return { name, reason: 'it is not JSON' };
    }
    const checked = checkEntry({ server, ours, ...(readme !== undefined && { readme }) }, limits);
    if (!isTaken(checked)) return { name, reason: checked.reason };
    const key = `${checked.server.name} ${checked.server.version}`;
    if (known.has(key)) return { name, reason: `another file has ${key} already` };
    known.add(key);
    return checked;
  }
}

async function findFiles(folder: string, signal: AbortSignal): Promise<readonly string[]> {
  const files: string[] = [];
  const open: { readonly path: string; readonly depth: number }[] = [{ path: folder, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    signal.throwIfAborted();
    const { path, depth } = next;
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const full = join(path, entry.name);
      if (entry.isDirectory()) {
        const skipped = entry.name === '.git' || entry.name === 'node_modules';
        if (depth < deepest && !skipped) open.push({ path: full, depth: depth + 1 });
      } else if (entry.isFile() && /(?:^|\.)server\.json$/.test(entry.name)) files.push(full);
      if (files.length > mostFiles) {
        throw new AppError('payload_too_large', `The folder has more than ${mostFiles} entries.`);
      }
    }
  }
  return files.sort();
}

/** Undefined when it is not there, not a plain file, or too large. */
async function readSmall(path: string, bytes: number): Promise<string | undefined> {
  try {
    // What is put in place of the file after it was listed is not followed either.
    await using file = await open(
      path,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    const { size } = await file.stat().then((stat) => (stat.isFile() ? stat : { size: Infinity }));
    if (size > bytes) return undefined;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes + 1), 0, bytes + 1, 0);
    return bytesRead > bytes ? undefined : buffer.toString('utf8', 0, bytesRead);
  } catch {
    return undefined;
  }
}

function isWithin(base: string, path: string): boolean {
  const way = relative(base, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
