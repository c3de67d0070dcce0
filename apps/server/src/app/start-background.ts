import type { Logger } from 'pino';

import type { AppServices } from './services.ts';

/**
 * Begins what is done beside requests: the catalog's bundled servers are brought up to date, and jobs
 * are taken. Comes after the server is ready, and loads its code only then. Disposing ends it.
 */
export function startBackground(services: AppServices, log: Logger): AsyncDisposable {
  const stopping = new AbortController();
  const begun = begin(services, stopping.signal).catch((error: unknown) => {
    if (!stopping.signal.aborted) log.error({ err: error }, 'jobs could not be begun');
  });
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await begun;
    },
  };
}

async function begin(services: AppServices, signal: AbortSignal): Promise<void> {
  const { seedBundled } = await import('../features/catalog/sources/seed.ts');
  await seedBundled(services, signal);
  if (signal.aborted) return;
  const [{ allJobs }, { scheduleSyncs }, { resumeRotations }] = await Promise.all([
    import('../jobs/all-jobs.ts'),
    import('../features/catalog/sources/schedule-syncs.ts'),
    import('../features/keys/rotation-jobs.ts'),
  ]);
  // Before any job is done: what was left is told from what this process began. The lock of the data
  // directory says that no other is at work on the embedded database.
  await scheduleSyncs(services, { alone: services.server.database.mode === 'embedded' });
  await services.jobs.work(allJobs, services);
  await resumeRotations(services);
}
