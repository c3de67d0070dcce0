import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text as readText } from 'node:stream/consumers';

import { AppError } from '@plugboard/contracts';

import { type Archive, openArchive } from './archive.ts';
import { bundleCommand, type BundleCommand } from './command.ts';
import { machineOf, runsOn } from './executable.ts';
import { type BundleManifest, parseManifest } from './manifest.ts';
import { plainName, plainVersion } from './server-json.ts';

export interface BundleFacts {
  readonly manifest: BundleManifest;
  /** Of the file, hexadecimal. */
  readonly sha256: string;
  /** Of the file, and of what is in it. */
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly files: number;
}

export interface InstalledBundle extends BundleFacts {
  /** The folder that holds `bundle/`, which is all that was in the file. */
  readonly installDir: string;
  /** The script or binary to run, relative to `installDir`. */
  readonly entry: string;
  /** Its own arguments and variables; `${user_config.…}` is still in them, as in the manifest. */
  readonly command: BundleCommand;
}

export interface BundleOptions {
  /** What the file must have; 64 hexadecimal digits. */
  readonly sha256?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads what a bundle is, checking all of it but the content of its files. Throws `AppError`:
 * `invalid_input` saying what is wrong with it, `payload_too_large`, `cancelled`.
 */
export async function readBundle(file: string, options: BundleOptions = {}): Promise<BundleFacts> {
  return withBundle(file, options, async (_, facts) => facts);
}

/**
 * Installs a bundle into a folder of its own, `servers/mcpb+<name>/<version>-<digest>`, or finds it
 * installed. Everything is checked before anything is written, and it appears whole or not at all;
 * safe to run several times at once. Nothing of the bundle is run.
 *
 * Throws `AppError`: `invalid_input` for a file that is not a safe bundle or not the one expected,
 * `payload_too_large`, `install_failed` for a server that cannot run on this machine, `cancelled`.
 */
export async function installBundle(
  file: string,
  { dataDir, ...options }: BundleOptions & { readonly dataDir: string },
): Promise<InstalledBundle> {
  return withBundle(file, options, async (archive, facts) => {
    const { manifest, sha256 } = facts;
    const command = bundleCommand(manifest, {
      platform: process.platform,
      nodeVersion: process.versions.node,
    });
    await checkEntry(archive, manifest, command.entry);
    const servers = join(dataDir, 'servers');
    const home = join(servers, `mcpb+${plainName(manifest.name)}`);
    const installDir = join(home, `${plainVersion(manifest.version)}-${sha256.slice(0, 12)}`);
    const entry = join('bundle', command.entry);
    const installed = { ...facts, installDir, entry, command };
    if (await isInstalled(installDir, sha256)) return installed;
    const staging = join(servers, '.staging', randomUUID());
    try {
      await makeFolder(staging);
      await unpack(archive, join(staging, 'bundle'), command, manifest, options.signal);
      await writeRecord(staging, sha256);
      await mkdir(home, { recursive: true, mode: 0o755 });
      await rename(staging, installDir).catch(async (error: unknown) => {
        if (!(await isInstalled(installDir, sha256))) throw error;
      });
    } finally {
      await rm(staging, { recursive: true, force: true, maxRetries: 3 });
    }
    return installed;
  });
}

async function withBundle<T>(
  file: string,
  { sha256: wanted, signal }: BundleOptions,
  use: (archive: Archive, facts: BundleFacts) => Promise<T>,
): Promise<T> {
  await using handle = await open(file, 'r');
  const { size } = await handle.stat();
  const sha256 = await digest(handle, signal);
  if (wanted !== undefined && wanted.toLowerCase() !== sha256) {
    throw new AppError(
      'invalid_input',
      `The bundle is not the one that was expected: its SHA-256 is ${sha256}, and not ${wanted.slice(0, 64)}.`,
    );
  }
  using archive = await openArchive(handle.fd, size);
  const manifestFile = archive.files.get('manifest.json');
  if (!manifestFile || manifestFile.bytes > 2 ** 20) {
    throw new AppError(
      'invalid_input',
      manifestFile
        ? "The bundle's manifest.json is larger than 1 MB."
        : 'This is no bundle: it has no manifest.json at its top.',
    );
  }
  const manifest = parseManifest(await readText(await archive.open(manifestFile)));
  const { files, bytes: unpackedBytes } = archive;
  // Awaited here: the file is closed when this returns.
  return await use(archive, {
    manifest,
    sha256,
    packedBytes: size,
    unpackedBytes,
    files: files.size,
  });
}

async function digest(handle: FileHandle, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  try {
    const content = createReadStream('', {
      fd: handle.fd,
      start: 0,
      autoClose: false,
      ...(signal && { signal }),
    });
    for await (const chunk of content) hash.update(chunk);
  } catch (error) {
    if (signal?.aborted === true) throw cancelled();
    throw error;
  }
  return hash.digest('hex');
}

/** Refuses a bundle whose program is missing, or made for another machine. */
async function checkEntry(
  archive: Archive,
  { name, server }: BundleManifest,
  entry: string,
): Promise<void> {
  const file = archive.files.get(entry);
  if (!file) {
    throw new AppError(
      'invalid_input',
      `The bundle "${name}" wants to run ${entry}, which is not in it.`,
    );
  }
  if (server.type !== 'binary') return;
  const machine = machineOf(await readHead(await archive.open(file)));
  if (runsOn(machine, process.platform, process.arch)) return;
  throw new AppError(
    'install_failed',
    `The program ${entry} of the bundle "${name}" is ${machine === undefined ? 'no program that can be executed' : `made for ${machine}`}; this machine is ${process.platform}-${process.arch}.`,
  );
}

async function readHead(content: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= 64) break;
  }
  return Buffer.concat(chunks);
}

/** Writes all files; servers run as other users and must be able to read them, and nobody to write. */
async function unpack(
  archive: Archive,
  target: string,
  command: BundleCommand,
  manifest: BundleManifest,
  signal: AbortSignal | undefined,
): Promise<void> {
  const made = new Set<string>();
  await makeFolder(target);
  for (const file of archive.files.values()) {
    if (signal?.aborted === true) throw cancelled();
    const path = join(target, file.name);
    for (const folder of parents(file.name)) {
      if (!made.has(folder)) await makeFolder(join(target, folder));
      made.add(folder);
    }
    const isProgram = manifest.server.type === 'binary' && file.name === command.entry;
    await pipeline(await archive.open(file), createWriteStream(path, { flags: 'wx', mode: 0o644 }));
    await chmod(path, file.executable || isProgram ? 0o755 : 0o644);
  }
}

/** The folders of a name, outermost first. */
function parents(name: string): string[] {
  const found: string[] = [];
  for (let folder = dirname(name); folder !== '.'; folder = dirname(folder)) found.unshift(folder);
  return found;
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o755 });
  await chmod(path, 0o755);
}

/** Says what an install folder holds, beside the bundle's own files. */
const recordFile = 'plugboard-bundle.json';

async function writeRecord(folder: string, sha256: string): Promise<void> {
  await using file = await open(join(folder, recordFile), 'wx', 0o644);
  await file.writeFile(`${JSON.stringify({ sha256 })}\n`);
}

async function isInstalled(folder: string, sha256: string): Promise<boolean> {
  try {
    const record: unknown = JSON.parse(await readFile(join(folder, recordFile), 'utf8'));
    return (
      typeof record === 'object' &&
      record !== null &&
      'sha256' in record &&
      record.sha256 === sha256
    );
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

function cancelled(): AppError {
  return new AppError('cancelled', 'Installing the bundle was cancelled.');
}
