import { fork } from 'node:child_process';
import { join } from 'node:path';

import { AppError } from '@plugboard/contracts';

import { AnswerMemory, type AnswerOptions } from './answer-memory.ts';
import { describeFailure } from './failures.ts';
import type {
  ChangelogFile,
  PublishedAnswer,
  PublishedPackage,
  PublishedReadme,
  PublishedRequest,
} from './published-messages.ts';
import { workerEnvironment } from './run-worker.ts';

export type {
  ChangelogFile,
  PublishedPackage,
  PublishedReadme,
  PublishedVersion,
} from './published-messages.ts';

export interface PublishedOptions {
  /** Answers of registries go to `cache/npm` in it. */
  readonly dataDir: string;
}

/**
 * What registries say of packages that are not installed, or not yet. Answers are remembered for some
 * minutes; a few are asked for at a time, and each has its time.
 */
export interface Published {
  /**
   * All versions of an npm package. Rejects with `install_failed` when there is no such package or
   * its registry cannot be reached, and `cancelled`.
   */
  versions(name: string, options: AnswerOptions): Promise<PublishedPackage>;
  /** The changelog that a version ships at its top, if it does. Rejects as `versions` does. */
  changelog(
    name: string,
    version: string,
    options: AnswerOptions,
  ): Promise<ChangelogFile | undefined>;
  /**
   * What a package says of itself, if anything: at most 256 KB. Many registries leave it out; then
   * it is read from the package, of this version or, without it, the latest. Rejects as `versions` does.
   */
  readme(
    name: string,
    version: string | undefined,
    options: AnswerOptions,
  ): Promise<PublishedReadme | undefined>;
}

const patienceMs = 30_000;
/** The processes that ask cost memory. */
const askedAtOnce = 3;
/** Of all packages together: some hundred bytes each. */
const keptVersions = 20_000;
const keptCharacters = 2_000_000;
/** Finding one may take a package's whole tarball, and what was published stays as it is. */
const readmesKeptMs = 60 * 60_000;

export function createPublished({ dataDir }: PublishedOptions): Published {
  const cacheDir = join(dataDir, 'cache', 'npm');
  const packages = new AnswerMemory<PublishedPackage>({
    weigh: ({ versions }) => versions.length + 1,
    maxWeight: keptVersions,
  });
  const changelogs = new AnswerMemory<ChangelogFile | undefined>({
    weigh: (file) => (file?.text.length ?? 0) + 100,
    maxWeight: keptCharacters,
  });
  const readmes = new AnswerMemory<PublishedReadme | undefined>({
    weigh: (readme) => (readme?.markdown.length ?? 0) + 100,
    maxWeight: keptCharacters,
    keptMs: readmesKeptMs,
  });
  const turns = createTurns(askedAtOnce);
  return {
    async versions(spec, options) {
      const name = await nameIn(spec);
      return packages.ask(name, options, async () => {
        const answer = await turns(() => ask({ type: 'versions', name, cacheDir }));
        if (answer.type !== 'versions') throw new Error(`asked for versions, got ${answer.type}`);
        return answer.found;
      });
    },
    async changelog(spec, version, options) {
      const name = await nameIn(`${spec}@${version}`);
      return changelogs.ask(`${name}@${version}`, options, async () => {
        const answer = await turns(() => ask({ type: 'changelog', name, version, cacheDir }));
        if (answer.type !== 'changelog') throw new Error(`asked for changes, got ${answer.type}`);
        return answer.found;
      });
    },
    async readme(spec, version, options) {
      const name = await nameIn(spec);
      return readmes.ask(`${name}@${version ?? ''}`, options, async () => {
        const answer = await turns(() => ask({ type: 'readme', name, version, cacheDir }));
        if (answer.type !== 'readme') throw new Error(`asked for a README, got ${answer.type}`);
        return answer.found;
      });
    },
  };
}

/** Runs so many at once, the others in the order in which they came. */
function createTurns(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = atOnce;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

/** What reads specs is npm's, large, and loaded by the first question. */
async function nameIn(spec: string): Promise<string> {
  const { readPackageSpec } = await import('./package-spec.ts');
  return readPackageSpec(spec).name;
}

async function ask(
  request: PublishedRequest,
): Promise<Exclude<PublishedAnswer, { type: 'failed' }>> {
  const late = AbortSignal.timeout(patienceMs);
  const worker = fork(join(import.meta.dirname, 'published-worker.ts'), {
    env: workerEnvironment(),
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  // Nobody may be waiting for it when Plugboard ends; it ends with it.
  worker.unref();
  worker.channel?.unref();
  const kill = () => void worker.kill('SIGKILL');
  late.addEventListener('abort', kill, { once: true });
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
    if (found?.type === 'failed') throw describeFailure(request.name, request.name, found.failure);
    if (found) return found;
    throw new AppError(
      'install_failed',
      late.aborted
        ? `The registry did not answer about ${request.name} within ${patienceMs / 1000} s. Try again later.`
        : `The process that asks the registry about ${request.name} ended early. Try again.`,
    );
  } finally {
    late.removeEventListener('abort', kill);
  }
}
