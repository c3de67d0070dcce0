import { newId } from '@plugboard/contracts';
import type { LockInstance } from '@plugboard/contracts/api';

import { withTenant } from '../../../store/tenant.ts';
import { storeInstance } from '../../instances/store-instance.ts';
import { tryCandidate } from '../../instances/trial/try-candidate.ts';
import { noSuch } from '../../reference.ts';
import { selectToolbox } from '../../toolboxes/queries.ts';
import type { ApplyContext } from './apply-context.ts';
import { prepareLocked, refuseDrift } from './locked-candidate.ts';

/**
 * Adds an instance exactly as it is locked, or leaves nothing behind. One that is locked as stopped is
 * not started for that: what it runs is installed and checked, and what it lists is known once it runs.
 */
export async function createLocked(context: ApplyContext, instance: LockInstance): Promise<void> {
  const { services, author, tell, signal } = context;
  const { organizationId } = author;
  const toolbox = await withTenant(services.db, organizationId, (db) =>
    selectToolbox(db, instance.toolbox),
  );
  if (!toolbox) throw noSuch('toolbox', instance.toolbox);
  const given = Object.hasOwn(context.secrets, instance.slug)
    ? (context.secrets[instance.slug] ?? {})
    : {};
  const secrets = Object.fromEntries(
    Object.entries(given).filter(([name]) => instance.secrets.includes(name)),
  );
  await using candidate = await prepareLocked(context, instance, toolbox.environment, secrets);
  const id = newId();
  const stored = {
    id,
    toolbox,
    candidate,
    reason: 'applied',
    note: 'plugboard.lock',
  } as const;
  if (instance.stopped === true) {
    await storeInstance(services, author, { ...stored, definitions: undefined });
    return;
  }
  await tryCandidate(
    services,
    organizationId,
    candidate,
    {
      id,
      keep: true,
      signal,
      tell: (_step, message) => tell(`${instance.slug}: ${message}`),
    },
    async (definitions) => {
      refuseDrift(context, instance, definitions);
      await storeInstance(services, author, { ...stored, definitions });
    },
  );
}
