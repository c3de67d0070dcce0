import type { ChangeEvent } from '@plugboard/contracts';
import type { BindingView } from '@plugboard/contracts/api';

import type { TenantDb } from '../../tenant-db.ts';
import { credentialSetOfOwner, ownerOf } from '../credential-owner.ts';
import { presentOwner } from '../present.ts';

/** A binding with the names of what it joins. */
export type BindingRow = Awaited<ReturnType<typeof selectBindings>>[number];

export interface BindingFilter {
  readonly instanceId?: string;
  readonly credentialId?: string;
  readonly id?: string;
}

export function selectBindings(db: TenantDb, { instanceId, credentialId, id }: BindingFilter) {
  return db
    .selectFrom('instance_credentials as b')
    .innerJoin('credentials', 'credentials.id', 'b.credential_id')
    .innerJoin('instances', 'instances.id', 'b.instance_id')
    .leftJoin('members', 'members.id', 'b.member_id')
    .leftJoin('agents', 'agents.id', 'b.agent_id')
    .$if(instanceId !== undefined, (query) => query.where('b.instance_id', '=', instanceId ?? ''))
    .$if(credentialId !== undefined, (query) =>
      query.where('b.credential_id', '=', credentialId ?? ''),
    )
    .$if(id !== undefined, (query) => query.where('b.id', '=', id ?? ''))
    .select([
      'b.id',
      'b.instance_id',
      'instances.slug as instance_slug',
      'b.slot',
      'b.place',
      'b.template',
      'b.owner_kind',
      'b.member_id',
      'b.agent_id',
      'members.name as member_name',
      'agents.slug as agent_slug',
      'b.credential_id',
      'credentials.name as credential_name',
      'credentials.kind as credential_kind',
      'credentials.owner_kind as credential_owner',
      'b.destination',
      'b.created_at',
    ])
    .orderBy('instances.slug')
    .orderBy('b.slot')
    .orderBy('b.id')
    .execute();
}

export async function deleteBindings(db: TenantDb, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db.deleteFrom('instance_credentials').where('id', 'in', ids).execute();
}

type Bound = Pick<BindingRow, 'instance_id' | 'owner_kind' | 'member_id' | 'agent_id'>;

/** Who must hear that credentials of bindings changed, or that slots were emptied: each copy once. */
export function bindingEvents(
  organizationId: string,
  bindings: readonly Bound[],
  about: 'changed' | 'removed',
): readonly ChangeEvent[] {
  const events = new Map<string, ChangeEvent>();
  for (const row of bindings) {
    const { instance_id: instanceId } = row;
    const credentialSet = credentialSetOfOwner(ownerOf(row));
    events.set(`${instanceId} ${credentialSet}`, {
      kind: 'instance_credentials',
      organizationId,
      instanceId,
      ...(credentialSet !== undefined && { credentialSet }),
      about,
    });
  }
  return [...events.values()];
}

export function presentBinding(row: BindingRow): BindingView {
  return {
    instance: { id: row.instance_id, slug: row.instance_slug },
    slot: row.slot,
    place: row.place,
    template: row.template,
    for: presentOwner(row),
    credential: { id: row.credential_id, name: row.credential_name },
    createdAt: row.created_at.toISOString(),
  };
}
