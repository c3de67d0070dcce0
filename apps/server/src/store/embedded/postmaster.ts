import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

import { AppError } from '@plugboard/contracts';

import type { StoreLog } from '../store-log.ts';
import type { Confinement } from './confinement.ts';
import type { Engine } from './engine.ts';
import { clearLeftover, isReady, readServerPid } from './leftover.ts';
import { serverSettings } from './settings.ts';

export interface PostmasterOptions {
  readonly engine: Engine;
  readonly confinement: Confinement;
  readonly cluster: string;
  readonly socketFolder: string;
  readonly hbaFile: string;
  readonly log: StoreLog;
  /** Over the usual ones; tests give up durability for speed. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** One run of the database server. */
export interface Postmaster {
  /** Settles, never rejects, when the process has ended. */
  readonly ended: Promise<void>;
  /** Cuts all sessions and shuts down cleanly; after some seconds by force. */
  stop(): Promise<void>;
}

const linesKept = 12;
const startAttempts = 40;
const startPollMs = 10;
const startTimeoutMs = 120_000;

/** Starts the server and resolves when it takes connections. */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  await clearLeftover(options.cluster);
  for (let attempt = 1; ; attempt += 1) {
    const run = launch(options);
    if (await becomesReady(run, options.cluster)) return present(run, options.cluster);
    // Sessions of a server that was killed may hold its shared memory for a moment longer.
    const busy = run.lastLines.some((line) => line.includes('shared memory block'));
    if (!busy || attempt === startAttempts) throw startFailure(run);
    await delay(100);
  }
}

interface Run {
  readonly child: ChildProcess;
  readonly lastLines: string[];
  readonly ended: Promise<void>;
  hasEnded: boolean;
}

function launch(options: PostmasterOptions): Run {
  const { engine, confinement, cluster, socketFolder, hbaFile, log } = options;
  const settings = serverSettings(engine.majorVersion, {
    unix_socket_directories: socketFolder,
    hba_file: hbaFile,
    ...options.settings,
  });
  const [program = '', ...args] = [
    ...confinement.lasting,
    engine.postgres,
    '-D',
    cluster,
    ...settings,
  ];
  const child = spawn(program, args, {
    cwd: '/',
    env: { ...engine.environment, LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' },
    // A session of its own: Ctrl-C in the terminal must not end the database before its users.
    detached: true,
    stdio: [confinement.guarded ? 'pipe' : 'ignore', 'ignore', 'pipe'],
  });
  const run: Run = {
    child,
    lastLines: [],
    hasEnded: false,
    ended: new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', (error) => {
        run.lastLines.push(error.message);
        resolve();
      });
    }),
  };
  void run.ended.then(() => {
    run.hasEnded = true;
  });
  child.stdin?.on('error', (error) => log.debug({ error }, 'database guard'));
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      run.lastLines.push(line);
      if (run.lastLines.length > linesKept) run.lastLines.shift();
      logLine(log, line);
    });
  }
  return run;
}

function logLine(log: StoreLog, line: string): void {
  if (/^(PANIC|FATAL):/.test(line)) log.warn({ source: 'postgres' }, line);
  else log.debug({ source: 'postgres' }, line);
}

async function becomesReady(run: Run, cluster: string): Promise<boolean> {
  const until = performance.now() + startTimeoutMs;
  while (!run.hasEnded && performance.now() < until) {
    if (await isReady(cluster)) return true;
    await Promise.race([run.ended, delay(startPollMs)]);
  }
  if (!run.hasEnded) await stop(run, cluster);
  // The last lines may arrive after the exit.
  if (run.child.stderr && !run.child.stderr.closed) {
    await Promise.race([once(run.child.stderr, 'close'), delay(200)]);
  }
  return false;
}

function startFailure(run: Run): AppError {
  const lines = run.lastLines.join('\n');
  const full = lines.includes('No space left on device');
  return new AppError(
    full ? 'storage_full' : 'unavailable',
    full
      ? 'The database did not start: the disk that holds the data directory is full. Free some space.'
      : `The database did not start. Its last words:\n${lines || '(none)'}`,
    { retryAfterMs: 2000 },
  );
}

function present(run: Run, cluster: string): Postmaster {
  return { ended: run.ended, stop: () => stop(run, cluster) };
}

async function stop(run: Run, cluster: string): Promise<void> {
  for (const [signal, waitMs] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5000],
    ['SIGKILL', 2000],
  ] as const) {
    if (run.hasEnded) break;
    const pid = (await readServerPid(cluster)) ?? run.child.pid;
    if (pid !== undefined) sendSignal(pid, signal);
    await Promise.race([run.ended, delay(waitMs, undefined, { ref: false })]);
  }
  run.child.stdin?.destroy();
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended between our look and our signal.
  }
}
