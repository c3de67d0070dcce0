import { newId } from '@plugboard/contracts';
import type { SyncCounts } from '@plugboard/contracts/api';
import { sql } from 'kysely';

import type { TenantDb } from '../../tenant-db.ts';
import type { StoredRefusal } from './counts.ts';
import type { SourceRow, SyncRow } from './queries.ts';

/** A process renews its sync's `beat_at` this often, and is taken for dead after so long without. */
export const beatMs = 5000;
export const deadAfterMs = 30_000;
const syncsKept = 50;

export interface NewSync {
  readonly organizationId: string;
  readonly sourceId: string;
  readonly memberId?: string | undefined;
  readonly isFull?: boolean | undefined;
}

/** Puts a sync of a source in line; when one is under way already, that is the one. */
export async function queueSync(
  db: TenantDb,
  { organizationId, sourceId, memberId, isFull = false }: NewSync,
): Promise<{ readonly sync: SyncRow; readonly isNew: boolean }> {
  const made = await db
    .insertInto('catalog_syncs')
    .values({
      id: newId(),
      organization_id: organizationId,
      source_id: sourceId,
      state: 'queued',
      member_id: memberId ?? null,
      is_full: isFull,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['organization_id', 'source_id'])
        .where('state', 'in', ['queued', 'running'])
        .doNothing(),
    )
    .returningAll()
    .executeTakeFirst();
  if (made) {
    await forgetOld(db, sourceId);
    return { sync: made, isNew: true };
  }
  const sync = await db
    .selectFrom('catalog_syncs')
    .selectAll()
    .where('source_id', '=', sourceId)
    .where('state', 'in', ['queued', 'running'])
    .executeTakeFirstOrThrow();
  return { sync, isNew: false };
}

async function forgetOld(db: TenantDb, sourceId: string): Promise<void> {
  await db
    .deleteFrom('catalog_syncs')
    .where('source_id', '=', sourceId)
    .where('state', 'not in', ['queued', 'running'])
    .where('id', 'not in', (eb) =>
      eb
        .selectFrom('catalog_syncs as kept')
        .select('kept.id')
        .where('kept.source_id', '=', sourceId)
        .orderBy('kept.queued_at', 'desc')
        .limit(syncsKept),
    )
    .execute();
}

export interface ClaimedSync {
  readonly sync: SyncRow;
  readonly source: SourceRow;
  /** By which this process proves in every batch that the sync is still its own. */
  readonly claim: string;
}

/** Takes a sync that waits, or whose process died; undefined when it is somebody's, or over. */
export async function claimSync(db: TenantDb, id: string): Promise<ClaimedSync | undefined> {
  const claim = newId();
  const sync = await db
    .updateTable('catalog_syncs')
    .set({
      state: 'running',
      claim,
      beat_at: sql<Date>`now()`,
      started_at: sql<Date>`coalesce(started_at, now())`,
    })
    .where('id', '=', id)
    .where((eb) =>
      eb.or([
        eb('state', '=', 'queued'),
        eb.and([eb('state', '=', 'running'), eb('beat_at', '<', staleMoment())]),
      ]),
    )
    .returningAll()
    .executeTakeFirst();
  if (!sync) return undefined;
  const source = await db
    .selectFrom('catalog_sources')
    .selectAll()
    .where('id', '=', sync.source_id)
    .executeTakeFirstOrThrow();
  return { sync, source, claim };
}

export function staleMoment() {
  return sql<Date>`now() - make_interval(secs => ${deadAfterMs / 1000})`;
}

export interface SyncProgress {
  readonly counts: SyncCounts;
  readonly refusals: readonly StoredRefusal[];
}

export interface SyncOutcome {
  readonly state: 'succeeded' | 'failed' | 'cancelled' | 'queued';
  readonly error?: string | undefined;
}

/**
 * Writes how far a sync is, or how it ended. False when it is no longer this claim's: it was
 * cancelled, removed, or taken up by another process. Its row stays locked for the transaction.
 */
export async function noteSync(
  db: TenantDb,
  { sync, claim }: ClaimedSync,
  progress: SyncProgress | undefined,
  outcome?: SyncOutcome,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('catalog_syncs')
    .set({
      beat_at: sql<Date>`now()`,
      ...(progress && {
        progress: JSON.stringify(progress.counts),
        refusals: JSON.stringify(progress.refusals),
      }),
      ...(outcome && {
        state: outcome.state,
        error: outcome.error ?? null,
        ...(outcome.state !== 'queued' && { ended_at: sql<Date>`now()` }),
      }),
    })
    .where('id', '=', sync.id)
    .where('state', '=', 'running')
    .where('claim', '=', claim)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}
