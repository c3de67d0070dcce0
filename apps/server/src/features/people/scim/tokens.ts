import { AppError, newId } from '@plugboard/contracts';
import type { Secret } from '@plugboard/vault';
import type { Selectable } from 'kysely';

import type { Database } from '../../../store/schema.ts';
import { type ChangeServices, commitChange } from '../../change.ts';
import type { Actor } from '../../members/policy.ts';
import { requirePermission } from '../../members/require.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { issueScimToken } from './scim-token.ts';

export type ScimTokenRow = Selectable<Database['scim_tokens']>;

/** How long a token works when nothing else is said, in milliseconds. */
const defaultMs = 365 * 24 * 60 * 60 * 1000;

export function selectScimTokens(db: TenantDb): Promise<ScimTokenRow[]> {
  return db.selectFrom('scim_tokens').selectAll().orderBy('created_at').orderBy('id').execute();
}

/** The token in clear exists only in what this resolves to. */
export function createScimToken(
  services: ChangeServices,
  actor: Actor,
  { name, expiresAt }: { readonly name: string; readonly expiresAt?: string | undefined },
): Promise<{ row: ScimTokenRow; token: Secret }> {
  requirePermission(actor, 'provisioning.manage');
  const { organizationId, memberId } = actor;
  return commitChange(services, actor, async (db) => {
    const { token, hash, hint } = issueScimToken(organizationId);
    const row = await db
      .insertInto('scim_tokens')
      .values({
        id: newId(),
        organization_id: organizationId,
        name,
        hash,
        hint,
        created_by: memberId,
        expires_at: expiresAt === undefined ? new Date(services.clock() + defaultMs) : expiresAt,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return {
      result: { row, token },
      record: {
        kind: 'scim.token_created',
        change: { id: row.id, name, hint, expiresAt: row.expires_at.toISOString() },
      },
      events: [],
    };
  });
}

export function revokeScimToken(
  services: ChangeServices,
  actor: Actor,
  id: string,
): Promise<string> {
  requirePermission(actor, 'provisioning.manage');
  return commitChange(services, actor, async (db) => {
    const row = await db
      .updateTable('scim_tokens')
      .set({ revoked_at: new Date(services.clock()) })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .returning(['name'])
      .executeTakeFirst();
    if (!row) throw new AppError('not_found', `There is no SCIM token ${id} left to revoke.`);
    return {
      result: id,
      record: { kind: 'scim.token_revoked', change: { id, name: row.name } },
      events: [],
    };
  });
}
