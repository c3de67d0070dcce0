import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { AppError } from '@plugboard/contracts';

import type { Confinement } from './confinement.ts';
import type { Engine } from './engine.ts';

const run = promisify(execFile);

/** The superuser of every embedded cluster. It can log in only while a cluster is provisioned. */
export const bootstrapRole = 'plugboard_bootstrap';

export interface ClusterOptions {
  readonly engine: Engine;
  readonly confinement: Confinement;
  /** Where the cluster lies or shall lie. */
  readonly directory: string;
  /** A folder of ours that keeps fresh clusters to copy, which is quicker than making one. */
  readonly templateCache: string | undefined;
}

/** Makes the cluster unless it is there. A start that was cut short leaves nothing half made. */
export async function ensureCluster(options: ClusterOptions): Promise<void> {
  const { directory, engine } = options;
  const version = await readFile(path.join(directory, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version === undefined) return makeCluster(options);
  if (Number.parseInt(version, 10) === engine.majorVersion) return;
  throw new AppError(
    'conflict',
    `The database in ${directory} was made by PostgreSQL ${version.trim()}, and this Plugboard ` +
      `brings ${engine.majorVersion}. Start it with the Plugboard that made it, export, and import here.`,
  );
}

async function makeCluster(options: ClusterOptions): Promise<void> {
  const { directory, engine, confinement, templateCache } = options;
  const draft = `${directory}.new`;
  await rm(draft, { recursive: true, force: true });
  const template = templateCache && path.join(templateCache, `postgres-${engine.version}`);
  if (template && (await exists(template))) {
    await copyTree(template, draft);
    await giveTo(draft, confinement.owner);
    await runEngine(options, ['--sync-only', `--pgdata=${draft}`]);
  } else {
    await mkdir(draft, { mode: 0o700 });
    await giveTo(draft, confinement.owner);
    await initialize(options, draft);
    if (template) await keepTemplate(draft, template);
  }
  await rename(draft, directory);
}

async function initialize(options: ClusterOptions, directory: string): Promise<void> {
  await runEngine(options, [
    `--pgdata=${directory}`,
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--locale=C.UTF-8',
    `--username=${bootstrapRole}`,
    // What may log in, and how, is said in a file of ours at each start.
    '--auth=reject',
    '--no-instructions',
  ]);
}

async function runEngine(options: ClusterOptions, args: readonly string[]): Promise<void> {
  const { engine, confinement } = options;
  const [program = '', ...rest] = [...confinement.short, engine.initdb, ...args];
  try {
    await run(program, rest, { cwd: '/', env: { ...engine.environment, LC_ALL: 'C', TZ: 'UTC' } });
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    const full = output.includes('No space left on device');
    throw new AppError(
      full ? 'storage_full' : 'unavailable',
      `The database could not be created in ${options.directory}: ${output || String(error)}`,
      { cause: error },
    );
  }
}

async function keepTemplate(cluster: string, template: string): Promise<void> {
  const draft = `${template}.${process.pid}`;
  await mkdir(path.dirname(template), { recursive: true, mode: 0o700 });
  await copyTree(cluster, draft);
  // Another start may have kept one meanwhile; either serves.
  await rename(draft, template).catch(() => rm(draft, { recursive: true, force: true }));
}

/** A thousand small files: `cp` takes a third of the time that `fs.cp` does. */
async function copyTree(from: string, to: string): Promise<void> {
  await run('cp', ['-a', from, to]);
}

async function giveTo(directory: string, owner: Confinement['owner']): Promise<void> {
  const { uid, gid } = owner ?? { uid: process.getuid?.(), gid: process.getgid?.() };
  if (process.getuid?.() !== 0 || uid === undefined || gid === undefined) return;
  await run('chown', ['-R', `${uid}:${gid}`, directory]);
}

/**
 * Takes over a cluster whose files belong to another uid, as when the data directory moved from a
 * place that other users could not enter.
 */
export async function ensureOwner(directory: string, owner: Confinement['owner']): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid } = await stat(directory);
  if (uid !== (owner?.uid ?? 0)) await giveTo(directory, owner);
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
