import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { contentTypeOf } from './content-type.ts';

/** One file of the built console, with what the build packed of it. */
export interface ConsoleFile {
  readonly bytes: Buffer;
  readonly type: string;
  /** Weak, for it stands for the file however it is packed (RFC 9110 section 8.8.3). */
  readonly etag: string;
  /** Whether its name has its hash, so that it never changes. */
  readonly isImmutable: boolean;
  readonly packed: Readonly<Partial<Record<Packing, Buffer>>>;
}

export type Packing = 'br' | 'gzip';

/** The built console in memory. */
export interface ConsoleFiles {
  /** Undefined while there is none. */
  index(): Promise<ConsoleFile | undefined>;
  /** By the path of a URL: nothing that a request says ever becomes a path of a file. */
  find(path: string): Promise<ConsoleFile | undefined>;
}

interface Reading {
  /** Of the index, by which another build shows. */
  readonly mark: string;
  readonly index: ConsoleFile;
  readonly files: ReadonlyMap<string, ConsoleFile>;
}

/** A page that is open still asks for files of the builds before. */
const earlierKept = 2;

/** Reads `dir` at the first request and again when another build lies there. */
export function createConsoleFiles(dir: string): ConsoleFiles {
  let current: Reading | undefined;
  let earlier: readonly Reading[] = [];
  let reading: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    const mark = await markOf(dir);
    // While another is put in its place there is none for a moment.
    if (mark === undefined || mark === current?.mark) return;
    const next = await readBuild(dir, mark);
    // Replaced while it was read: the next request reads it anew.
    if (!next || (await markOf(dir)) !== mark) return;
    if (current) earlier = [current, ...earlier].slice(0, earlierKept);
    current = next;
  }

  async function fresh(): Promise<Reading | undefined> {
    reading ??= refresh().finally(() => (reading = undefined));
    await reading;
    return current;
  }

  return {
    index: async () => (await fresh())?.index,
    async find(path) {
      const known = current?.files.get(path);
      if (known?.isImmutable) return known;
      const found = (await fresh())?.files.get(path);
      if (found) return found;
      const before = earlier.map(({ files }) => files.get(path));
      return before.find((file) => file?.isImmutable === true);
    },
  };
}

async function markOf(dir: string): Promise<string | undefined> {
  try {
    const { ino, mtimeMs, size } = await stat(join(dir, 'index.html'));
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return undefined;
  }
}

/** Undefined when the folder changes while it is read. */
async function readBuild(dir: string, mark: string): Promise<Reading | undefined> {
  try {
    const found = new Map<string, Buffer>();
    await readFolder(dir, '', found);
    const files = new Map<string, ConsoleFile>();
    for (const [path, bytes] of found) {
      if (!/\.(?:br|gz)$/.test(path)) files.set(path, describe(path, bytes, found));
    }
    const index = files.get('/index.html');
    files.delete('/index.html');
    return index && { mark, index, files };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Regular files alone: a link could lead anywhere. What begins with a dot is for the build. */
async function readFolder(dir: string, at: string, found: Map<string, Buffer>): Promise<void> {
  for (const entry of await readdir(join(dir, at), { withFileTypes: true })) {
    const path = `${at}/${entry.name}`;
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) await readFolder(dir, path, found);
    else if (entry.isFile()) found.set(path, await readFile(join(dir, path)));
  }
}

function describe(path: string, bytes: Buffer, all: ReadonlyMap<string, Buffer>): ConsoleFile {
  const br = all.get(`${path}.br`);
  const gzip = all.get(`${path}.gz`);
  return {
    bytes,
    type: contentTypeOf(path),
    etag: `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`,
    isImmutable: path.startsWith('/assets/'),
    packed: { ...(br && { br }), ...(gzip && { gzip }) },
  };
}
