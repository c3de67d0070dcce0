import { open, rename, rm, type FileHandle } from 'node:fs/promises';

/** A file that is moved aside when it has grown to its limit: `x.log`, `x.log.1` (newer) … `x.log.N`. */
export interface RotatingFile extends AsyncDisposable {
  /** Not to be called again before it has settled. */
  append(bytes: Buffer): Promise<void>;
}

export interface RotatingFileOptions {
  readonly path: string;
  readonly maxBytes: number;
  /** How many files there are at most, the current one included. */
  readonly files: number;
}

export function createRotatingFile(options: RotatingFileOptions): RotatingFile {
  const { path, maxBytes, files } = options;
  let handle: FileHandle | undefined;
  let size = 0;

  async function current(): Promise<FileHandle> {
    if (handle) return handle;
    handle = await open(path, 'a+', 0o600);
    size = (await handle.stat()).size;
    if (size > 0 && !(await endsWithNewline(handle, size))) await handle.appendFile('\n');
    return handle;
  }

  async function close(): Promise<void> {
    const closing = handle;
    handle = undefined;
    await closing?.close();
  }

  async function rotate(): Promise<void> {
    await close();
    await rm(rotatedPath(path, files - 1), { force: true });
    for (let number = files - 2; number >= 0; number--) {
      await renameIfThere(rotatedPath(path, number), rotatedPath(path, number + 1));
    }
  }

  return {
    async append(bytes) {
      await current();
      if (size > 0 && size + bytes.length > maxBytes) await rotate();
      const file = await current();
      await file.appendFile(bytes);
      size += bytes.length;
    },
    async [Symbol.asyncDispose]() {
      await close();
    },
  };
}

/** The name of the n-th file; 0 is the current one. */
export function rotatedPath(path: string, number: number): string {
  return number === 0 ? path : `${path}.${number}`;
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

/** A crash may have left half a line. */
async function endsWithNewline(file: FileHandle, size: number): Promise<boolean> {
  const last = Buffer.alloc(1);
  await file.read(last, 0, 1, size - 1);
  return last[0] === 0x0a;
}
