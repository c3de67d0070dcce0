import { AppError, idPattern } from '@plugboard/contracts';
import type { Selectable } from 'kysely';

import type { Database } from '../../../store/schema.ts';
import type { TenantDb } from '../../tenant-db.ts';
import type { EqualFilter } from './filter.ts';
import type { Page } from './list-query.ts';

export type ScimGroupRow = Selectable<Database['scim_groups']>;

export interface GroupMember {
  readonly id: string;
  readonly user_name: string;
}

export type GroupFilter = EqualFilter<'id' | 'displayName' | 'externalId'>;

export async function selectScimGroups(
  tx: TenantDb,
  filter: GroupFilter | undefined,
  { startIndex, count }: Page,
): Promise<{ rows: ScimGroupRow[]; total: number }> {
  const query = matching(tx, filter);
  const { total } = await query
    .select((eb) => eb.fn.countAll<string>().as('total'))
    .executeTakeFirstOrThrow();
  const rows = await query
    .selectAll()
    .orderBy('created_at')
    .orderBy('id')
    .offset(startIndex - 1)
    .limit(count)
    .execute();
  return { rows, total: Number(total) };
}

/** Locked until the transaction ends, if wanted. Throws `AppError('not_found')`. */
export async function requireScimGroup(
  tx: TenantDb,
  id: string,
  { lock = false }: { readonly lock?: boolean } = {},
): Promise<ScimGroupRow> {
  const query = matching(tx, { attribute: 'id', value: id }).selectAll();
  const row = await (lock ? query.forUpdate() : query).executeTakeFirst();
  if (row) return row;
  throw new AppError('not_found', 'There is no such Group of this directory.');
}

export function selectGroupMembers(tx: TenantDb, groupId: string): Promise<GroupMember[]> {
  return tx
    .selectFrom('scim_group_members as g')
    .innerJoin('scim_users as u', 'u.id', 'g.scim_user_id')
    .where('g.group_id', '=', groupId)
    .select(['u.id', 'u.user_name'])
    .orderBy('u.id')
    .execute();
}

function matching(tx: TenantDb, filter: GroupFilter | undefined) {
  const query = tx.selectFrom('scim_groups');
  if (!filter) return query;
  const { attribute, value } = filter;
  if (attribute === 'displayName') {
    return query.where((eb) => eb(eb.fn('lower', ['display_name']), '=', value.toLowerCase()));
  }
  if (attribute === 'externalId') return query.where('external_id', '=', value);
  return idPattern.test(value) ? query.where('id', '=', value) : query.where((eb) => eb.lit(false));
}
