import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import { readPresent } from '../revisions/present-instance.ts';
import { presentUpdates } from './version-source.ts';

/** For one server: a registry that is away must not hold up the others for long. */
const patienceMs = 45_000;

/** Asks about one instance after the other: nobody waits. */
export async function lookForUpdates(
  services: Pick<AppServices, 'db' | 'published' | 'server' | 'log'>,
  organizationId: string,
  signal: AbortSignal,
): Promise<void> {
  const { db, log, server } = services;
  const rows = await withTenant(db, organizationId, (tx) =>
    tx.selectFrom('instances').select('id').orderBy('id').execute(),
  );
  for (const { id } of rows) {
    if (signal.aborted) return;
    try {
      const present = await withTenant(db, organizationId, (tx) =>
        readPresent(tx, id, server.dataDir),
      );
      const query = { viewer: 'member', signal } as const;
      await presentUpdates(services, present, query, AbortSignal.timeout(patienceMs));
    } catch (error) {
      // One that was removed meanwhile, or that cannot be read, is not the others' business.
      if (!signal.aborted) log.warn({ err: error, instanceId: id }, 'updates were not looked for');
    }
  }
}
