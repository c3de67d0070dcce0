import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, realpath, rename, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

import { InstallError } from './failures.ts';
import type { InstalledPackage, StagedPackage } from './messages.ts';
import type { ResolvedPackage } from './resolve-package.ts';
import { clearSpecialBits } from './special-bits.ts';

/** Says what an install folder holds; written last, so a folder without it is no install. */
const recordFile = 'plugboard-install.json';

/** The folder of a package: its name with the scope's slash as `+`, which no name contains. */
function packageFolder(serversDir: string, name: string): string {
  return join(serversDir, name.replace('/', '+'));
}

/** An install whose scripts ran is another thing than one without: neither stands in for the other. */
function versionFolder(
  serversDir: string,
  { name, version, integrity }: ResolvedPackage,
  withScripts: boolean,
): string {
  const short = createHash('sha256').update(integrity).digest('hex').slice(0, 12);
  const suffix = withScripts ? '-scripts' : '';
  return join(packageFolder(serversDir, name), `${version}-${short}${suffix}`);
}

/**
 * The package as it was installed before, if it was. Throws `InstallError` when this version was
 * installed with another integrity: a version that changed is not the version that was approved.
 */
export async function findInstalled(
  serversDir: string,
  resolved: ResolvedPackage,
  withScripts: boolean,
): Promise<InstalledPackage | undefined> {
  const wanted = versionFolder(serversDir, resolved, withScripts);
  let found: InstalledPackage | undefined;
  for (const entry of await entriesOf(packageFolder(serversDir, resolved.name))) {
    const folder = join(packageFolder(serversDir, resolved.name), entry);
    const record = await readRecord(folder);
    if (record?.version !== resolved.version) continue;
    if (record.integrity !== resolved.integrity) {
      throw new InstallError({ kind: 'changed', version: resolved.version });
    }
    if (folder !== wanted) continue;
    found = { ...record, installDir: folder, entry: await binaryPath(folder, resolved) };
  }
  return found;
}

/** Versions of a package that lie installed. */
export async function installedVersions(serversDir: string, name: string): Promise<string[]> {
  const home = packageFolder(serversDir, name);
  const records = await Promise.all(
    (await entriesOf(home)).map((entry) => readRecord(join(home, entry))),
  );
  return [...new Set(records.flatMap((record) => (record ? [record.version] : [])))];
}

/** Moves a finished install to where it stays. Two that finish at once agree on the first. */
export async function placeInstalled(
  staging: string,
  serversDir: string,
  { resolved, packages, scripts }: StagedPackage,
  scriptsRun: readonly string[],
): Promise<InstalledPackage> {
  const { name, version, integrity, nodeEngine } = resolved;
  if (scriptsRun.length > 0) await clearSpecialBits(staging);
  const entry = await binaryPath(staging, resolved);
  const bytes = await sizeOf(staging);
  const scriptsSkipped = scripts.filter((it) => !scriptsRun.includes(it));
  const record = { name, version, integrity, packages, bytes, scriptsSkipped, nodeEngine };
  await writeFile(join(staging, recordFile), `${JSON.stringify(record, null, 2)}\n`);
  const installDir = versionFolder(serversDir, resolved, scriptsRun.length > 0);
  await mkdir(packageFolder(serversDir, name), { recursive: true, mode: 0o755 });
  try {
    await rename(staging, installDir);
  } catch (error) {
    const present = await readRecord(installDir);
    if (present?.integrity !== integrity) throw error;
  }
  return { ...record, installDir, entry };
}

/** The command's file relative to the install folder; it must lie inside the package. */
async function binaryPath(folder: string, resolved: ResolvedPackage): Promise<string> {
  const home = join(folder, 'node_modules', ...resolved.name.split('/'));
  const file = join(home, resolved.binary);
  const real = await realpath(file).catch(() => undefined);
  if (real === undefined || !real.startsWith((await realpath(home)) + sep)) {
    throw new InstallError({ kind: 'no_binary' });
  }
  return relative(folder, file);
}

type InstallRecord = Omit<InstalledPackage, 'installDir' | 'entry'>;

async function readRecord(folder: string): Promise<InstallRecord | undefined> {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own file, written last
    return JSON.parse(await readFile(join(folder, recordFile), 'utf8')) as InstallRecord;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await lstat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}
