import { AppError, idPattern } from '@plugboard/contracts';

import { defineJob } from '../../../jobs/job.ts';
import { type ReadSource, runSync } from './run-sync.ts';

/** Syncs under way on this node, so that one cancelled here ends at once. */
const underWay = new Map<string, AbortController>();

/** Does one sync. What its row says decides whether there is anything to do. */
export const syncSourceJob = defineJob<{ organizationId: string; syncId: string }>({
  name: 'catalog.sync',
  retry: { limit: 0, delaySeconds: 0 },
  concurrency: 2,
  async run({ organizationId, syncId }, { services, signal }) {
    if (!idPattern.test(organizationId) || !idPattern.test(syncId)) return;
    const { readElsewhere } = await import('./read-elsewhere.ts');
    const read = readElsewhere(services.connection);
    await runSyncHere(services, organizationId, syncId, signal, read);
  },
});

/** The same without the jobs' engine, and in this process unless told otherwise. */
export async function runSyncHere(
  services: Parameters<typeof runSync>[0],
  organizationId: string,
  syncId: string,
  signal: AbortSignal,
  read?: ReadSource,
): Promise<void> {
  if (underWay.has(syncId)) return;
  const cancelling = new AbortController();
  underWay.set(syncId, cancelling);
  try {
    await runSync(
      services,
      organizationId,
      syncId,
      AbortSignal.any([signal, cancelling.signal]),
      read,
    );
  } finally {
    underWay.delete(syncId);
  }
}

/** Ends a sync of this node; its row says already that it is cancelled. */
export function cancelHere(syncId: string): void {
  underWay.get(syncId)?.abort(new AppError('cancelled', 'The sync was cancelled.'));
}
