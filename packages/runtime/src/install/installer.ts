import { fork } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { AppError } from '@plugboard/contracts';

import { describeFailure } from './failures.ts';
import type { InstalledPackage, WorkerMessage, WorkerRequest } from './messages.ts';
import { readPackageSpec } from './package-spec.ts';

export type { InstalledPackage } from './messages.ts';

export interface InstallerOptions {
  /** Packages go to `servers/` in it, tarballs to `cache/npm`. */
  readonly dataDir: string;
  /** Another place for tarballs, to share between data directories. */
  readonly cacheDir?: string;
}

export interface InstallRequest {
  /** An npm package with an optional version, range or tag. */
  readonly spec: string;
  /** Which of its commands to run, where it has several. */
  readonly command: string | undefined;
  /** Whether a package with install scripts may be installed; without them, for they never run here. */
  readonly approveScripts: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (message: string) => void;
}

/** Installs npm packages at exact versions into folders of their own. */
export interface Installer {
  /**
   * Installs a package with what it depends on, or finds it installed. Every tarball is checked
   * against its integrity; no install script runs. Safe to run several times at once; a failure or
   * an abort leaves nothing.
   *
   * Rejects with `AppError`: `invalid_input` for a spec that names no registry package,
   * `install_failed` saying what to do, `storage_full`, `cancelled`.
   */
  install(request: InstallRequest): Promise<InstalledPackage>;
  /** Removes what an installer that died left behind. To be called before the first install. */
  clean(): Promise<void>;
}

export function createInstaller({ dataDir, cacheDir }: InstallerOptions): Installer {
  const serversDir = join(dataDir, 'servers');
  return {
    async install({ spec, command, signal, onProgress }) {
      const { name, wanted } = readPackageSpec(spec);
      const cache = cacheDir ?? join(dataDir, 'cache', 'npm');
      const request: WorkerRequest = { name, wanted, serversDir, cacheDir: cache, command };
      const outcome = await runWorker(request, signal, onProgress);
      if (outcome.type === 'failed') throw describeFailure(spec, name, outcome.failure);
      return outcome.installed;
    },
    clean: () => rm(join(serversDir, '.staging'), { recursive: true, force: true }),
  };
}

type Outcome = Exclude<WorkerMessage, { type: 'progress' }>;

function runWorker(
  request: WorkerRequest,
  signal: AbortSignal,
  onProgress: (message: string) => void,
): Promise<Outcome> {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  if (signal.aborted) {
    reject(new AppError('cancelled', 'The installation was cancelled.'));
    return promise;
  }
  const worker = fork(join(import.meta.dirname, 'worker.ts'), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  worker.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2000);
  });
  const abort = (): void => void worker.kill('SIGTERM');
  signal.addEventListener('abort', abort, { once: true });
  let outcome: Outcome | undefined;
  worker.on('message', (message: WorkerMessage) => {
    if (message.type === 'progress') onProgress(message.message);
    else outcome = message;
  });
  worker.once('error', reject);
  worker.once('exit', (code, exitSignal) => {
    signal.removeEventListener('abort', abort);
    if (signal.aborted) reject(new AppError('cancelled', 'The installation was cancelled.'));
    else if (outcome) resolve(outcome);
    else reject(new Error(`the installer ended with ${exitSignal ?? code}: ${errors}`));
  });
  worker.send(request);
  return promise;
}
