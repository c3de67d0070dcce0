import { AppError, isAppError } from '@plugboard/contracts';
import type { Pool } from 'pg';
import type { PgBoss } from 'pg-boss';
import type { Logger } from 'pino';

import type { AppServices } from '../app/services.ts';
import { jobSchema } from './job-schema.ts';
import type { AnyJob, Job, JobPayload } from './job.ts';

/** Takes work to be done beside requests, and does what it and other nodes took. */
export interface Jobs extends AsyncDisposable {
  /** Hands in a job; resolves when it is stored, with its id. */
  send<P extends JobPayload>(job: Job<P>, payload: P): Promise<string>;
  /** Begins to do these jobs on this node. Until then, they are only taken. */
  work(jobs: readonly AnyJob[], services: AppServices): Promise<void>;
}

export interface JobsOptions {
  readonly pool: Pool;
  readonly log: Logger;
}

/** Jobs under way have this long to end when the server stops, having been told to. */
const stopMs = 5000;
const pollSeconds = 2;

/**
 * The jobs' engine, pg-boss, on the pool of requests. It is loaded when first needed: a server starts
 * without it.
 */
export function createJobs({ pool, log }: JobsOptions): Jobs {
  const stopping = new AbortController();
  const workers = new Map<string, string[]>();
  let starting: Promise<PgBoss> | undefined;

  function engine(): Promise<PgBoss> {
    if (stopping.signal.aborted) throw new AppError('unavailable', 'Plugboard is stopping.');
    starting ??= startEngine(pool, log).catch((error: unknown) => {
      starting = undefined;
      throw error;
    });
    return starting;
  }

  return {
    async send(job, payload) {
      const boss = await engine();
      await ensureQueue(boss, job);
      const id = await boss.send(job.name, payload);
      if (id === null) throw new Error(`job ${job.name} was not taken`);
      // Without waiting for its next look.
      for (const worker of workers.get(job.name) ?? []) boss.notifyWorker(worker);
      return id;
    },
    async work(jobs, services) {
      const boss = await engine();
      for (const job of jobs) {
        await ensureQueue(boss, job);
        const ids: string[] = [];
        for (let count = 0; count < (job.concurrency ?? 1); count += 1) {
          const options = { pollingIntervalSeconds: pollSeconds };
          ids.push(
            await boss.work<JobPayload>(job.name, options, async (taken) => {
              for (const { data } of taken) {
                await runJob(job, data ?? {}, { services, signal: stopping.signal });
              }
            }),
          );
        }
        workers.set(job.name, ids);
        if (job.everyMinutes !== undefined) {
          await boss.schedule(job.name, everyCron(job.everyMinutes), {});
        }
      }
    },
    async [Symbol.asyncDispose]() {
      stopping.abort(new AppError('unavailable', 'Plugboard is stopping.'));
      const boss = await starting?.catch(() => undefined);
      await boss?.stop({ graceful: true, close: false, timeout: stopMs });
    },
  };

  async function runJob(
    job: AnyJob,
    payload: JobPayload,
    context: { readonly services: AppServices; readonly signal: AbortSignal },
  ): Promise<void> {
    try {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only `send` puts one in, of the job's type
      await job.run(payload as never, context);
    } catch (error) {
      if (stopping.signal.aborted) return;
      if (!isAppError(error)) log.error({ err: error, job: job.name, payload }, 'a job failed');
      throw error;
    }
  }
}

async function startEngine(pool: Pool, log: Logger): Promise<PgBoss> {
  const { PgBoss } = await import('pg-boss');
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) },
    schema: jobSchema,
    // Made in the migration step, by the owner; this role may neither alter nor rebuild.
    migrate: false,
    createSchema: false,
    reindex: false,
  });
  // It tries again by itself; while the database is away everything else says so as well.
  boss.on('error', (error) => log.warn({ err: error }, 'the jobs engine met an error'));
  await boss.start();
  return boss;
}

const known = new WeakMap<PgBoss, Set<string>>();

async function ensureQueue(boss: PgBoss, job: AnyJob): Promise<void> {
  const names = known.get(boss) ?? new Set<string>();
  known.set(boss, names);
  if (names.has(job.name)) return;
  await boss.createQueue(job.name, {
    // One that its schedule hands in again while it waits is one.
    policy: job.everyMinutes === undefined ? 'standard' : 'short',
    retryLimit: job.retry.limit,
    retryDelay: job.retry.delaySeconds,
    retryBackoff: true,
    // Nobody asks for old ones: what there is to know of them, their features keep.
    deleteAfterSeconds: 3600,
    expireInSeconds: 6 * 3600,
    heartbeatSeconds: 60,
  });
  names.add(job.name);
}

function everyCron(minutes: number): string {
  if (minutes < 60) return `*/${minutes} * * * *`;
  const hours = Math.round(minutes / 60);
  return hours < 24 ? `0 */${hours} * * *` : '0 0 * * *';
}
