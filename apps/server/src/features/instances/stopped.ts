import { AppError } from '@plugboard/contracts';

import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import { type Author, type ChangeServices, commitChange } from '../change.ts';
import { listingSetOf } from '../credentials/bindings/listing-set.ts';
import { refreshDefinitions, type RefreshServices } from '../definitions/refresh-definitions.ts';
import { writeLastUsed } from './last-used.ts';
import { type InstanceRow, requireInstance } from './queries.ts';

type Stoppable = Pick<InstanceRow, 'slug' | 'stopped_at'>;

type StopServices = ChangeServices & Pick<AppServices, 'instanceChanges' | 'supervisor'>;

/**
 * Stops an instance until somebody starts it: it runs on no node, and what it offers is not listed.
 * Does nothing to one that is stopped. Resolves when all that ran of it here has ended; rejects with
 * `conflict` while the instance is being changed, which would start it.
 */
export async function stopInstance(
  services: StopServices,
  author: Author,
  { id, slug }: Pick<InstanceRow, 'id' | 'slug'>,
): Promise<void> {
  using _turn = services.instanceChanges.begin(id, slug);
  const copies = await services.supervisor.statuses(author.organizationId);
  await withTenant(services.db, author.organizationId, (db) =>
    writeLastUsed(
      db,
      copies.filter(({ instanceId }) => instanceId === id),
    ),
  );
  await setStopped(services, author, id, new Date(services.clock()));
  await services.supervisor.stop(id);
}

/**
 * Lets a stopped instance run again, and starts it. It is stopped no longer when it does not start:
 * then this rejects as `Supervisor.acquire` does, and the next call tries again.
 */
export async function startInstance(
  services: AppServices & StopServices & RefreshServices,
  author: Author,
  row: InstanceRow,
): Promise<void> {
  const { organizationId } = author;
  const { id, slug } = row;
  using _turn = services.instanceChanges.begin(id, slug);
  await setStopped(services, author, id, null);
  const credentialSet = await listingSetOf(services, author, row);
  const upstream = await services.supervisor.acquire(organizationId, id, credentialSet);
  await refreshDefinitions(services, { organizationId, id }, upstream);
}

/** Throws `conflict` for what cannot be done to an instance without starting it. */
export function refuseStopped({ slug, stopped_at: at }: Stoppable): void {
  if (at === null) return;
  throw new AppError(
    'conflict',
    `${slug} is stopped, and this would have to start it. Start it first.`,
    { details: { stopped: true } },
  );
}

function setStopped(services: ChangeServices, author: Author, ref: string, at: Date | null) {
  const { organizationId } = author;
  return commitChange(services, author, async (db) => {
    const { id, slug, stopped_at: before } = await requireInstance(db, ref);
    if ((before === null) === (at === null)) return undefined;
    await db.updateTable('instances').set({ stopped_at: at }).where('id', '=', id).execute();
    return {
      result: undefined,
      record: {
        kind: at === null ? 'instance.started' : 'instance.stopped',
        instanceId: id,
        change: { id, slug, ...(before && { stoppedAt: before.toISOString() }) },
      },
      events: [{ kind: 'instance', organizationId, instanceId: id }],
    };
  });
}
