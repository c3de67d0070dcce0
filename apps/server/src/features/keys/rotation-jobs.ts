import { idPattern } from '@plugboard/contracts';

import type { AppServices } from '../../app/services.ts';
import { defineJob, type JobPayload } from '../../jobs/job.ts';
import { listOrganizationIds, withTenant } from '../../store/tenant.ts';
import { commitChange } from '../change.ts';
import { destroyRetired, forgetBridges } from './destroy-retired.ts';
import { finishMasterRotation } from './rotate-master-key.ts';
import { finishOwnerRotation, type RotationServices } from './rotate-owner-keys.ts';
import { insertRotation, type RotationRow, selectRunning } from './rotations.ts';

/** Goes on with the rotations of an organization that are under way. */
export const rotateJob = defineJob<{ organizationId: string }>({
  name: 'keys.rotate',
  retry: { limit: 10, delaySeconds: 2 },
  run: ({ organizationId }, { services, signal }) => runRotations(services, organizationId, signal),
});

/** Goes on with what a process left when it died, and destroys what had its time. */
export const sweepKeysJob = defineJob<JobPayload>({
  name: 'keys.sweep',
  everyMinutes: 10,
  retry: { limit: 0, delaySeconds: 0 },
  async run(_, { services, signal }) {
    await resumeRotations(services);
    await forgetBridges(services);
    for (const organizationId of await listOrganizationIds(services.db)) {
      await destroyRetired(services, organizationId, signal);
    }
  },
});

/** Under way on this node: a second look at the same would only do the same. */
const underWay = new Set<string>();

export async function runRotations(
  services: RotationServices,
  organizationId: string,
  signal: AbortSignal,
): Promise<void> {
  if (!idPattern.test(organizationId) || underWay.has(organizationId)) return;
  underWay.add(organizationId);
  try {
    const running = (kind: RotationRow['kind']) =>
      withTenant(services.db, organizationId, (tx) => selectRunning(tx, kind));
    const master = await running('master');
    if (master) await finishMasterRotation(services, master, signal);
    const owner = await running('owner');
    if (owner) await finishOwnerRotation(services, owner, signal);
  } finally {
    underWay.delete(organizationId);
  }
}

/** Hands in every rotation that is not finished, and those that an operator began by setting a key. */
export async function resumeRotations(
  services: Pick<AppServices, 'db' | 'jobs' | 'audit' | 'clock' | 'heard' | 'masterKeys'>,
): Promise<void> {
  const { db, jobs } = services;
  const organizations = await listOrganizationIds(db);
  await noteOperatorsRotation(services, organizations);
  for (const organizationId of organizations) {
    const isRunning = await withTenant(db, organizationId, async (tx) =>
      Boolean((await selectRunning(tx, 'master')) ?? (await selectRunning(tx, 'owner'))),
    );
    if (isRunning) await jobs.send(rotateJob, { organizationId });
  }
}

/** A key that was put in force at a start has no rotation yet, and no record. */
async function noteOperatorsRotation(
  services: Pick<AppServices, 'db' | 'audit' | 'clock' | 'heard' | 'masterKeys'>,
  organizations: readonly string[],
): Promise<void> {
  const former = await services.db
    .selectFrom('master_keys')
    .select('id')
    .where('retired_at', 'is not', null)
    .where('emptied_at', 'is', null)
    .executeTakeFirst();
  const [organizationId] = organizations;
  if (!former || organizationId === undefined) return;
  for (const each of organizations) {
    if (await withTenant(services.db, each, (tx) => selectRunning(tx, 'master'))) return;
  }
  const { id: to } = services.masterKeys.current;
  await commitChange(services, { organizationId }, async (tx) => {
    if (await selectRunning(tx, 'master')) return undefined;
    const { id } = await insertRotation(tx, {
      organizationId,
      kind: 'master',
      masterKeyId: to,
      memberId: undefined,
      total: 0,
    });
    const change = { rotation: id, from: former.id, to, was: 'operator', is: 'operator' };
    return { result: undefined, record: { kind: 'master_key.rotated', change }, events: [] };
  });
}
