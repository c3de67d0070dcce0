import { type Kysely, sql } from 'kysely';

import type { Database } from '../../../store/schema.ts';
import { withTenant } from '../../../store/tenant.ts';
import type { TenantDb } from '../../tenant-db.ts';
import type { ConnectionRef } from './access-tokens.ts';

/** How long a process that died keeps others from renewing, and how often a live one says it lives. */
export const leaseMs = 10_000;
export const heartbeatMs = 2000;

export interface Lease {
  readonly holder: string;
  /** An earlier attempt on the same version ended unknown: its refresh token may be spent already. */
  readonly unsure: boolean;
}

/**
 * Takes the right to renew one version of a connection's tokens; undefined when another has it, or
 * that version is not the current one any more. Its times are the database's own.
 */
export async function takeLease(
  db: Kysely<Database>,
  { organizationId, connectionId }: ConnectionRef,
  version: number,
  holder: string,
): Promise<Lease | undefined> {
  const { rows } = await withTenant(db, organizationId, (tx) =>
    sql<{ unsure: boolean }>`
      insert into connection_refreshes as r (organization_id, connection_id, holder, version, held_until)
      select c.organization_id, c.id, ${holder}::uuid, k.version, ${heldUntil()}
      from connections c join credentials k on k.organization_id = c.organization_id and k.id = c.credential_id
      where c.id = ${connectionId} and c.state <> 'revoked'
        and k.version = ${version} and k.destroyed_at is null
      on conflict (organization_id, connection_id) do update set
        holder = excluded.holder,
        version = excluded.version,
        held_until = excluded.held_until,
        unsure = r.version = excluded.version and (r.unsure or r.holder is not null)
      where r.holder is null or r.held_until < clock_timestamp() or r.version <> excluded.version
      returning r.unsure`.execute(tx),
  );
  return rows[0] && { holder, unsure: rows[0].unsure };
}

/** Says that its holder is still at it; false when another has it by now. */
export async function keepLease(
  db: Kysely<Database>,
  { organizationId, connectionId }: ConnectionRef,
  { holder }: Lease,
): Promise<boolean> {
  const kept = await withTenant(db, organizationId, (tx) =>
    tx
      .updateTable('connection_refreshes')
      .set({ held_until: heldUntil() })
      .where('connection_id', '=', connectionId)
      .where('holder', '=', holder)
      .executeTakeFirst(),
  );
  return kept.numUpdatedRows > 0n;
}

/** Gives it back, remembering when it is not known what became of the refresh token. */
export async function endLease(
  tx: TenantDb,
  connectionId: string,
  { holder, unsure }: Lease,
): Promise<void> {
  if (unsure) {
    await tx
      .updateTable('connection_refreshes')
      .set({ holder: null, unsure })
      .where('connection_id', '=', connectionId)
      .where('holder', '=', holder)
      .execute();
    return;
  }
  await tx
    .deleteFrom('connection_refreshes')
    .where('connection_id', '=', connectionId)
    .where('holder', '=', holder)
    .execute();
}

function heldUntil() {
  return sql<Date>`clock_timestamp() + make_interval(secs => ${leaseMs / 1000})`;
}
