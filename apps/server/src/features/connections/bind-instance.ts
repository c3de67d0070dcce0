import { newId, type ChangeEvent } from '@plugboard/contracts';

import { destinationOf } from '../credentials/bindings/destination.ts';
import { bindingEvents } from '../credentials/bindings/queries.ts';
import { selectStored } from '../instances/revisions/stored-candidate.ts';
import type { TenantDb } from '../tenant-db.ts';
import type { IntentOwner } from './flow/intent.ts';

export interface BindInput {
  readonly organizationId: string;
  readonly instanceId: string;
  readonly credentialId: string;
  readonly owner: IntentOwner;
}

/**
 * Fills the Authorization header of a remote instance with a connection's token, for whom the
 * connection belongs to; what filled it for them before gives way.
 */
export async function bindInstance(
  db: TenantDb,
  { organizationId, instanceId, credentialId, owner }: BindInput,
): Promise<readonly ChangeEvent[]> {
  const bound = {
    instance_id: instanceId,
    owner_kind: owner.kind,
    member_id: owner.kind === 'member' ? owner.id : null,
    agent_id: owner.kind === 'agent' ? owner.id : null,
  };
  await db
    .deleteFrom('instance_credentials')
    .where('instance_id', '=', instanceId)
    .where((eb) => eb(eb.fn<string>('lower', ['slot']), '=', 'authorization'))
    .where('owner_kind', '=', owner.kind)
    .where((eb) =>
      owner.kind === 'organization'
        ? eb.lit(true)
        : eb(eb.fn.coalesce('member_id', 'agent_id'), '=', owner.id),
    )
    .execute();
  const instance = owner.kind === 'organization' ? undefined : await selectStored(db, instanceId);
  // A remote has no folders.
  const destination = instance && JSON.stringify(destinationOf(instance, ''));
  await db
    .insertInto('instance_credentials')
    .values({
      id: newId(),
      organization_id: organizationId,
      slot: 'Authorization',
      place: 'header',
      template: 'Bearer {access_token}',
      credential_id: credentialId,
      destination: destination ?? null,
      ...bound,
    })
    .execute();
  return bindingEvents(organizationId, [bound], 'changed');
}
