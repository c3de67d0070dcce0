import { Parser, type ReadEntry } from 'tar';

/** A file at the top of a package. */
export interface TarballFile {
  readonly name: string;
  /** Its beginning, where it is larger than what was asked for. */
  readonly bytes: Buffer;
}

export interface WantedFile {
  /** How much a file is the one that is wanted, by its name and bytes: least is best; undefined is not. */
  readonly rank: (name: string, size: number) => number | undefined;
  /** Bytes of the file; what is behind them is left out. */
  readonly maxBytes: number;
}

const maxPacked = 20 * 1024 * 1024;
/** Bytes of a tarball, unpacked, that are looked through. */
export const maxUnpacked = 100 * 1024 * 1024;

/**
 * Reads one file out of an npm tarball while it arrives, in memory alone. Undefined when it has none,
 * or is larger than what is looked through (20 MB packed, 100 MB unpacked). Rejects with what the
 * stream fails with: a wrong integrity shows at its end, so nothing is told before.
 */
export async function readFromTarball(
  tarball: AsyncIterable<Uint8Array>,
  wanted: WantedFile,
): Promise<TarballFile | undefined> {
  let best: { readonly rank: number; readonly name: string; chunks: Buffer[] } | undefined;
  let unpacked = 0;
  const parser = new Parser({
    onReadEntry(entry) {
      unpacked += entry.size;
      const name = isFile(entry) ? /^[^/]+\/([^/]+)$/.exec(entry.path)?.[1] : undefined;
      const rank = name === undefined ? undefined : wanted.rank(name, entry.size);
      if (name !== undefined && rank !== undefined && rank < (best?.rank ?? Infinity)) {
        best = { rank, name, chunks: keepBeginning(entry, wanted.maxBytes) };
      } else entry.resume();
    },
  });
  const failures: unknown[] = [];
  parser.on('error', (error: unknown) => failures.push(error));
  parser.on('ignoredEntry', ({ size }: ReadEntry) => (unpacked += size));
  const ended = new Promise<void>((resolve) => parser.once('end', resolve));

  let packed = 0;
  for await (const chunk of tarball) {
    packed += chunk.length;
    if (packed > maxPacked || unpacked > maxUnpacked) return undefined;
    // What is no archive is read to its end as well: that it is another one than promised says more.
    if (failures.length === 0) parser.write(chunk);
  }
  if (failures.length === 0) {
    parser.end();
    if (failures.length === 0) await ended;
  }
  if (!best || failures.length > 0 || unpacked > maxUnpacked) return undefined;
  return { name: best.name, bytes: Buffer.concat(best.chunks) };
}

function isFile({ type }: ReadEntry): boolean {
  return type === 'File' || type === 'OldFile' || type === 'ContiguousFile';
}

function keepBeginning(entry: ReadEntry, maxBytes: number): Buffer[] {
  const chunks: Buffer[] = [];
  let left = maxBytes;
  entry.on('data', (chunk: Buffer) => {
    if (left > 0) chunks.push(Buffer.from(chunk.subarray(0, left)));
    left -= chunk.length;
  });
  return chunks;
}
