import { crc32 } from 'node:zlib';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';

import { AppError } from '@plugboard/contracts';
import { type Entry, fromFdPromise, type ZipFile } from 'yauzl';

import { faultOfName, foldName } from './entry-name.ts';

/** What a bundle may hold at most. */
export const bundleLimits = {
  /** Bytes of the file. */
  packed: 200 * 2 ** 20,
  /** Bytes of all that is in it. */
  unpacked: 2 ** 30,
  files: 20_000,
  /** Unpacked to packed bytes, from `ratioFrom` bytes on. */
  ratio: 100,
  ratioFrom: 10 * 2 ** 20,
} as const;

/** One file of a checked archive. */
export interface ArchiveFile {
  /** Relative, by slashes, safe to write below a folder. */
  readonly name: string;
  readonly bytes: number;
  readonly executable: boolean;
  readonly entry: Entry;
}

export interface Archive extends Disposable {
  readonly files: ReadonlyMap<string, ArchiveFile>;
  /** Bytes of all files. */
  readonly bytes: number;
  /** The content of a file; fails when it is not what its header says. */
  open(file: ArchiveFile): Promise<Readable>;
}

/**
 * Opens a zip file and checks every entry before any of it is used. The descriptor stays the caller's.
 * Throws `AppError('invalid_input')`, or `payload_too_large`.
 */
export async function openArchive(descriptor: number, packedBytes: number): Promise<Archive> {
  if (packedBytes > bundleLimits.packed) throw tooLarge('is larger than 200 MB');
  const options = { lazyEntries: true, autoClose: false, strictFileNames: true } as const;
  let zip: ZipFile;
  try {
    zip = await fromFdPromise(descriptor, options);
  } catch (cause) {
    throw new AppError('invalid_input', 'The bundle is not a zip file, or it is damaged.', {
      cause,
    });
  }
  if (zip.entryCount > bundleLimits.files) throw tooLarge('holds more than 20000 files');
  const files = await checkEntries(zip, packedBytes);
  const bytes = [...files.values()].reduce((sum, file) => sum + file.bytes, 0);
  return {
    files,
    bytes,
    open: (file) => openChecked(zip, file),
    [Symbol.dispose]: () => undefined,
  };
}

async function checkEntries(
  zip: ZipFile,
  packedBytes: number,
): Promise<ReadonlyMap<string, ArchiveFile>> {
  const files = new Map<string, ArchiveFile>();
  // Every name there will be, folders too: true for files.
  const taken = new Map<string, { readonly name: string; readonly isFile: boolean }>();
  let unpacked = 0;
  let packed = 0;
  for await (const entry of entriesOf(zip)) {
    const { fileName: name, uncompressedSize, compressedSize } = entry;
    const isFolder = name.endsWith('/');
    const fault = faultOfName(name) ?? faultOfEntry(entry, isFolder);
    if (fault !== undefined) throw refused(name, fault);
    claim(taken, name.replace(/\/$/, ''), !isFolder);
    unpacked += uncompressedSize;
    packed += compressedSize;
    if (unpacked > bundleLimits.unpacked) throw tooLarge('unpacks to more than 1 GB');
    if (taken.size > bundleLimits.files) throw tooLarge('holds more than 20000 files and folders');
    if (isFolder) continue;
    const executable = ((entry.externalFileAttributes >>> 16) & 0o111) !== 0;
    files.set(name, { name, bytes: uncompressedSize, executable, entry });
  }
  if (packed > packedBytes) throw refused('a file', 'shares its content with another');
  if (unpacked > bundleLimits.ratioFrom && unpacked > bundleLimits.ratio * packedBytes) {
    throw tooLarge(`unpacks to more than ${bundleLimits.ratio} times its size`);
  }
  return files;
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  try {
    yield* zip.eachEntry();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError(
      'invalid_input',
      'The bundle has a damaged list of files, or a file that would be written outside of it.',
      { cause },
    );
  }
}

const typeBits = 0o170000;
const regular = 0o100000;
const folder = 0o040000;

function faultOfEntry(entry: Entry, isFolder: boolean): string | undefined {
  const mode = entry.externalFileAttributes >>> 16;
  const type = mode & typeBits;
  if (type !== 0 && type !== regular && type !== folder) {
    return 'is a link or a device, not a file';
  }
  if (type !== 0 && (type === folder) !== isFolder) return 'is both a file and a folder';
  if ((mode & 0o7000) !== 0) return 'asks for the rights of another user (setuid, setgid, sticky)';
  if (entry.isEncrypted()) return 'is encrypted';
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
    return 'is packed in a way other than stored or deflate';
  }
  return isFolder && entry.uncompressedSize > 0 ? 'is a folder with content' : undefined;
}

/** Takes a name and those of its folders. */
function claim(
  taken: Map<string, { readonly name: string; readonly isFile: boolean }>,
  name: string,
  isFile: boolean,
): void {
  const own = taken.get(foldName(name));
  if (own && (own.name !== name || own.isFile || isFile)) {
    throw refused(name, 'has the name of another, but perhaps for upper and lower case');
  }
  taken.set(foldName(name), { name, isFile });
  for (let at = name.lastIndexOf('/'); at > 0; at = name.lastIndexOf('/', at - 1)) {
    const parent = name.slice(0, at);
    const present = taken.get(foldName(parent));
    if (present?.isFile === true) throw refused(name, 'lies in something that is a file');
    if (present && present.name !== parent) {
      throw refused(name, 'lies in a folder that has two spellings');
    }
    if (present) return;
    taken.set(foldName(parent), { name: parent, isFile: false });
  }
}

async function openChecked(zip: ZipFile, { name, entry }: ArchiveFile): Promise<Readable> {
  let content: Readable;
  try {
    content = await zip.openReadStreamPromise(entry);
  } catch (cause) {
    throw refused(name, 'cannot be unpacked', cause);
  }
  let sum = 0;
  const check = new Transform({
    transform(chunk: Buffer, _, done) {
      sum = crc32(chunk, sum);
      done(null, chunk);
    },
    flush(done) {
      done(sum === entry.crc32 ? null : refused(name, 'is damaged: its checksum differs'));
    },
  });
  content.on('error', (cause) => check.destroy(refused(name, 'is damaged', cause)));
  return content.pipe(check);
}

function refused(name: string, fault: string, cause?: unknown): AppError {
  const shown = JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
  return new AppError('invalid_input', `The bundle is refused: ${shown} ${fault}.`, { cause });
}

function tooLarge(what: string): AppError {
  return new AppError('payload_too_large', `The bundle ${what}, which is more than is accepted.`);
}
