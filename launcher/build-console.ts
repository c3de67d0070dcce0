import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

import { takeBuildLock } from './build-lock.ts';
import { hashConsoleSources } from './console-sources.ts';

export interface BuildOptions {
  /** The checkout. */
  readonly root: string;
  /** Aborting ends the build; what was built before stays. */
  readonly signal: AbortSignal;
}

/** What kept a console from being built, in the words of what builds it. */
export class BuildFailure extends Error {}

/**
 * Builds the console in a process of its own, unless what lies in `apps/console/dist` is made of its
 * present sources. It is put there whole, or not at all. Rejects with `BuildFailure`.
 */
export async function buildConsole({ root, signal }: BuildOptions): Promise<'built' | 'current'> {
  const app = join(root, 'apps/console');
  const work = join(app, '.build');
  const isCurrent = async () => (await builtOf(app)) === (await hashConsoleSources(root));
  if (await isCurrent()) return 'current';
  await using _ = await takeBuildLock(join(work, 'lock'), signal);
  // Another process may have built it meanwhile.
  if (await isCurrent()) return 'current';
  await sweep(work);
  // Before the build reads them: what changes while it runs is built at the next start.
  const hash = await hashConsoleSources(root);
  const output = join(work, `new-${process.pid}`);
  try {
    await runVite(app, output, signal);
    await writeFile(join(output, '.built'), hash);
    await swap(output, join(app, 'dist'), join(work, `old-${process.pid}`));
  } finally {
    await sweep(work);
  }
  return 'built';
}

async function builtOf(app: string): Promise<string | undefined> {
  return readFile(join(app, 'dist/.built'), 'utf8').catch(() => undefined);
}

async function runVite(app: string, output: string, signal: AbortSignal): Promise<void> {
  const vite = join(createRequire(join(app, 'package.json')).resolve('vite/package.json'), '..');
  const child = spawn(
    process.execPath,
    [join(vite, 'bin/vite.js'), 'build', app, '--logLevel', 'warn'],
    {
      cwd: app,
      env: { ...buildEnvironment(), PLUGBOARD_CONSOLE_OUT: output },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const kill = () => void child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  try {
    let said = '';
    const keep = (text: string) => (said = (said + text).slice(-20_000));
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    const [code] = await once(child, 'close');
    signal.throwIfAborted();
    const words = stripVTControlCharacters(said).trim();
    if (code !== 0) throw new BuildFailure(words || `it ended with code ${String(code)}`);
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

/** What builds is given none of the server's secrets. */
function buildEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'NODE_COMPILE_CACHE'];
  return {
    ...Object.fromEntries(kept.map((name) => [name, process.env[name]])),
    NODE_ENV: 'production',
    NO_COLOR: '1',
  };
}

async function swap(output: string, dist: string, old: string): Promise<void> {
  await rename(dist, old).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  });
  await rename(output, dist);
}

/** Whoever holds the lock is alone here. */
async function sweep(work: string): Promise<void> {
  for (const name of await readdir(work)) {
    if (name !== 'lock') await rm(join(work, name), { recursive: true, force: true });
  }
}
