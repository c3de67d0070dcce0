import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { SandboxReport } from '../sandbox/probe.ts';
import { describeFailure, InstallError } from './failures.ts';
import { placeInstalled } from './folders.ts';
import { freshCache } from './messages.ts';
import type {
  ExpectedPackage,
  InstalledPackage,
  InstallPlan,
  InstallProgress,
} from './messages.ts';
import { runInstallScripts } from './run-install-scripts.ts';
import { runWorker } from './run-worker.ts';
import type { Outcome } from './run-worker.ts';

export type {
  ExpectedPackage,
  InstalledPackage,
  InstallPlan,
  InstallProgress,
  PlannedPackage,
} from './messages.ts';

export interface InstallerOptions {
  /** Packages go to `servers/` in it, tarballs to `cache/npm`. */
  readonly dataDir: string;
  /** Another place for tarballs, to share between data directories. */
  readonly cacheDir?: string;
  /** What this machine can isolate; without it no install script can be approved. */
  readonly sandbox?: SandboxReport;
}

export interface PlanRequest {
  /** An npm package with an optional version, range or tag. */
  readonly spec: string;
  /** Which of its commands to run, where it has several. */
  readonly command: string | undefined;
  readonly expected?: ExpectedPackage;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: InstallProgress) => void;
}

export interface InstallRequest extends PlanRequest {
  /** Runs the install scripts of all packages, or of these, in a sandbox with the network open. */
  readonly approveScripts: boolean | readonly string[];
}

/** Installs npm packages at exact versions into folders of their own. */
export interface Installer {
  /**
   * Finds out what `install` would install, without installing it. Rejects as `install` does, but
   * tells in the plan of what suits no Node here or differs from what is expected.
   */
  plan(request: PlanRequest): Promise<InstallPlan>;
  /**
   * Installs a package with what it depends on, or finds it installed. Every tarball is checked
   * against its integrity; no install script runs that was not approved. Safe to run several times
   * at once; a failure or an abort leaves nothing.
   *
   * Rejects with `AppError`: `invalid_input` for a spec that names no registry package,
   * `install_failed` saying what to do, `unavailable` when scripts are approved and there is no
   * sandbox for them, `storage_full`, `cancelled`.
   */
  install(request: InstallRequest): Promise<InstalledPackage>;
  /** Removes what an installer that died left behind. To be called before the first install. */
  clean(): Promise<void>;
}

export function createInstaller({ dataDir, cacheDir, sandbox }: InstallerOptions): Installer {
  const serversDir = join(dataDir, 'servers');
  const stagingDir = join(serversDir, '.staging');

  /** Runs npm's engine on a folder that exists for as long as `use` needs it. */
  async function withEngine<T>(
    request: PlanRequest,
    how: { planOnly: boolean; withScripts: boolean },
    use: (outcome: Exclude<Outcome, { type: 'failed' }>, staging: string) => Promise<T>,
  ): Promise<T> {
    const { readPackageSpec } = await import('./package-spec.ts');
    const { name, wanted } = readPackageSpec(request.spec);
    const staging = join(stagingDir, randomUUID());
    const cache = cacheDir ?? join(dataDir, 'cache', 'npm');
    const { command, expected = {}, signal, onProgress } = request;
    try {
      await mkdir(staging, { recursive: true, mode: 0o755 });
      const outcome = await runWorker(
        { name, wanted, serversDir, cacheDir: cache, staging, command, expected, ...how },
        signal,
        onProgress,
      );
      if (outcome.type === 'failed') throw describeFailure(request.spec, name, outcome.failure);
      return await use(outcome, staging);
    } catch (error) {
      throw error instanceof InstallError
        ? describeFailure(request.spec, name, error.failure)
        : error;
    } finally {
      for (const folder of [staging, freshCache(staging)]) {
        await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      }
    }
  }

  return {
    plan: (request) =>
      withEngine(request, { planOnly: true, withScripts: false }, async (outcome) => {
        if (outcome.type !== 'planned') throw new Error(`planned, but got ${outcome.type}`);
        return outcome.plan;
      }),

    install(request) {
      const { approveScripts: approved, signal, onProgress } = request;
      const withScripts = approved === true || (Array.isArray(approved) && approved.length > 0);
      return withEngine(request, { planOnly: false, withScripts }, async (outcome, staging) => {
        if (outcome.type === 'present') return outcome.installed;
        if (outcome.type !== 'staged') throw new Error(`installed, but got ${outcome.type}`);
        const { staged } = outcome;
        const { scripts } = staged;
        const scriptsRun = await runInstallScripts({
          dataDir,
          staging,
          scripts,
          approved: typeof approved === 'boolean' ? (approved ? scripts : []) : approved,
          sandbox,
          onProgress: (message) => onProgress({ step: 'verify', message }),
          signal,
        });
        const skipped = scripts.filter((it) => !scriptsRun.includes(it));
        if (skipped.length > 0) {
          const message = `Install scripts were not run: ${skipped.join(', ')}`;
          onProgress({ step: 'verify', message });
        }
        return placeInstalled(staging, serversDir, staged, scriptsRun);
      });
    },

    clean: () => rm(stagingDir, { recursive: true, force: true }),
  };
}
