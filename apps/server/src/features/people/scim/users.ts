import { AppError, idPattern } from '@plugboard/contracts';
import type { Selectable } from 'kysely';

import type { Database } from '../../../store/schema.ts';
import type { Role } from '../../members/policy.ts';
import type { TenantDb } from '../../tenant-db.ts';
import type { EqualFilter } from './filter.ts';
import type { Page } from './list-query.ts';

/** What the directory says of a member, with what they are. */
export type ScimUserRow = Selectable<Database['scim_users']> & {
  readonly user_id: string | null;
  readonly member_name: string;
  readonly role: Role;
  readonly member_suspended_at: Date | null;
};

export type UserFilter = EqualFilter<'id' | 'userName' | 'externalId' | 'email'>;

export async function selectScimUsers(
  tx: TenantDb,
  filter: UserFilter | undefined,
  { startIndex, count }: Page,
): Promise<{ rows: ScimUserRow[]; total: number }> {
  const query = matching(tx, filter);
  const { total } = await query
    .select((eb) => eb.fn.countAll<string>().as('total'))
    .executeTakeFirstOrThrow();
  const rows = await withMember(query)
    .orderBy('s.created_at')
    .orderBy('s.id')
    .offset(startIndex - 1)
    .limit(count)
    .execute();
  return { rows, total: Number(total) };
}

/** Throws `AppError('not_found')` for whom this directory did not provision. */
export async function requireScimUser(tx: TenantDb, id: string): Promise<ScimUserRow> {
  const row = idPattern.test(id)
    ? await withMember(matching(tx, { attribute: 'id', value: id })).executeTakeFirst()
    : undefined;
  if (row) return row;
  throw new AppError('not_found', 'There is no such User of this directory.');
}

/** As `requireScimUser`; locked until the transaction ends. */
export async function lockScimUser(tx: TenantDb, id: string): Promise<ScimUserRow> {
  const { member_id: memberId } = await requireScimUser(tx, id);
  await tx.selectFrom('members').select('id').where('id', '=', memberId).forUpdate().execute();
  await tx.selectFrom('scim_users').select('id').where('id', '=', id).forUpdate().execute();
  return requireScimUser(tx, id);
}

function matching(tx: TenantDb, filter: UserFilter | undefined) {
  const query = tx.selectFrom('scim_users as s');
  if (!filter) return query;
  const { attribute, value } = filter;
  // Attributes other than externalId and id do not differ by case (RFC 7643, section 4.1.1).
  if (attribute === 'userName') {
    return query.where((eb) => eb(eb.fn('lower', ['s.user_name']), '=', value.toLowerCase()));
  }
  if (attribute === 'email') return query.where('s.email', '=', value.toLowerCase());
  if (attribute === 'externalId') return query.where('s.external_id', '=', value);
  return idPattern.test(value)
    ? query.where('s.id', '=', value)
    : query.where((eb) => eb.lit(false));
}

function withMember(query: ReturnType<typeof matching>) {
  return query
    .innerJoin('members as m', 'm.id', 's.member_id')
    .selectAll('s')
    .select([
      'm.user_id',
      'm.name as member_name',
      'm.role',
      'm.suspended_at as member_suspended_at',
    ]);
}
