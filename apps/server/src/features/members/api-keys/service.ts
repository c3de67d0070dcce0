import { AppError, newId } from '@plugboard/contracts';
import { issueToken, type Secret } from '@plugboard/vault';
import type { Selectable } from 'kysely';

import type { Database } from '../../../store/schema.ts';
import { type ChangeServices, commitChange } from '../../change.ts';
import type { TenantDb } from '../../tenant-db.ts';
import type { Actor } from '../policy.ts';
import { requirePermission } from '../require.ts';

export type ApiKeyRow = Selectable<Database['api_keys']> & { readonly member_name: string };

export function selectApiKeys(db: TenantDb, memberId: string | undefined): Promise<ApiKeyRow[]> {
  const query = withMember(db).orderBy('api_keys.created_at').orderBy('api_keys.id');
  return (
    memberId === undefined ? query : query.where('api_keys.member_id', '=', memberId)
  ).execute();
}

/** The key in clear exists only in what this resolves to. */
export function createApiKey(
  services: ChangeServices,
  actor: Actor,
  { name, expiresAt }: { readonly name: string; readonly expiresAt?: string | undefined },
): Promise<{ row: ApiKeyRow; key: Secret }> {
  const { organizationId, memberId } = actor;
  requirePermission(actor, 'api_key.create', { memberId });
  return commitChange(services, actor, async (db) => {
    const { token, hash, hint } = issueToken('api', organizationId);
    const id = newId();
    const expires = expiresAt === undefined ? null : new Date(expiresAt);
    await db
      .insertInto('api_keys')
      .values({
        id,
        organization_id: organizationId,
        member_id: memberId,
        name,
        hash,
        expires_at: expires,
      })
      .execute();
    const row = await withMember(db).where('api_keys.id', '=', id).executeTakeFirstOrThrow();
    return {
      result: { row, key: token },
      record: {
        kind: 'api_key.created',
        change: { id, memberId, name, hint, expiresAt: expires?.toISOString() ?? null },
      },
      events: [],
    };
  });
}

export function revokeApiKey(services: ChangeServices, actor: Actor, id: string): Promise<string> {
  return commitChange(services, actor, async (db) => {
    const row = await withMember(db)
      .where('api_keys.id', '=', id)
      .where('api_keys.revoked_at', 'is', null)
      .executeTakeFirst();
    // Who may not touch keys of others does not learn which there are either.
    if (row) requirePermission(actor, 'api_key.revoke', { memberId: row.member_id });
    else throw new AppError('not_found', `There is no API key ${id} left to revoke.`);
    await db
      .updateTable('api_keys')
      .set({ revoked_at: new Date(services.clock()) })
      .where('id', '=', id)
      .execute();
    return {
      result: id,
      record: {
        kind: 'api_key.revoked',
        change: { id, memberId: row.member_id, name: row.name },
      },
      events: [],
    };
  });
}

function withMember(db: TenantDb) {
  return db
    .selectFrom('api_keys')
    .innerJoin('members', 'members.id', 'api_keys.member_id')
    .selectAll('api_keys')
    .select('members.name as member_name');
}
