import { fork } from 'node:child_process';
import { join } from 'node:path';

import { AppError } from '@plugboard/contracts';

import { describeFailure } from './failures.ts';
import { readPackageSpec } from './package-spec.ts';
import type {
  ChangelogFile,
  PublishedAnswer,
  PublishedPackage,
  PublishedRequest,
} from './published-messages.ts';
import { workerEnvironment } from './run-worker.ts';

export type { ChangelogFile, PublishedPackage, PublishedVersion } from './published-messages.ts';

export interface PublishedOptions {
  /** Answers of registries go to `cache/npm` in it. */
  readonly dataDir: string;
}

/** What registries say of packages that are not installed, or not yet. */
export interface Published {
  /**
   * All versions of an npm package. Rejects with `install_failed` when there is no such package or
   * its registry cannot be reached, and `cancelled`.
   */
  versions(name: string, signal: AbortSignal): Promise<PublishedPackage>;
  /** The changelog that a version ships at its top, if it does. Rejects as `versions` does. */
  changelog(name: string, version: string, signal: AbortSignal): Promise<ChangelogFile | undefined>;
}

const patienceMs = 60_000;

export function createPublished({ dataDir }: PublishedOptions): Published {
  const cacheDir = join(dataDir, 'cache', 'npm');
  return {
    async versions(spec, signal) {
      const { name } = readPackageSpec(spec);
      const answer = await ask({ type: 'versions', name, cacheDir }, signal);
      if (answer.type !== 'versions') throw new Error(`asked for versions, got ${answer.type}`);
      return answer.found;
    },
    async changelog(spec, version, signal) {
      const { name } = readPackageSpec(`${spec}@${version}`);
      const answer = await ask({ type: 'changelog', name, version, cacheDir }, signal);
      if (answer.type !== 'changelog') throw new Error(`asked for changes, got ${answer.type}`);
      return answer.found;
    },
  };
}

async function ask(
  request: PublishedRequest,
  signal: AbortSignal,
): Promise<Exclude<PublishedAnswer, { type: 'failed' }>> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  if (signal.aborted) throw cancelled();
  const worker = fork(join(import.meta.dirname, 'published-worker.ts'), {
    env: workerEnvironment(),
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const kill = () => void worker.kill('SIGKILL');
  limited.addEventListener('abort', kill, { once: true });
  try {
    const { promise, resolve, reject } = Promise.withResolvers<PublishedAnswer | undefined>();
    let answer: PublishedAnswer | undefined;
    worker.on('message', (message: PublishedAnswer) => (answer = message));
    worker.once('error', reject);
    worker.once('exit', () => {
      // Its last message may come after word of its end.
      if (worker.connected) worker.once('disconnect', () => resolve(answer));
      else resolve(answer);
    });
    worker.send(request, (error) => error !== null && kill());
    const found = await promise;
    if (signal.aborted) throw cancelled();
    if (found?.type === 'failed') throw describeFailure(request.name, request.name, found.failure);
    if (found) return found;
    throw new AppError(
      'install_failed',
      limited.aborted
        ? `The registry did not answer about ${request.name} within ${patienceMs / 1000} s. Try again later.`
        : `The process that asks the registry about ${request.name} ended early. Try again.`,
    );
  } finally {
    limited.removeEventListener('abort', kill);
  }
}

function cancelled(): AppError {
  return new AppError('cancelled', 'Asking the registry was cancelled.');
}
