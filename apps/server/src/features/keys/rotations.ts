import { AppError, newId } from '@plugboard/contracts';
import { type Selectable, sql } from 'kysely';

import type { Database } from '../../store/schema.ts';
import type { TenantDb } from '../tenant-db.ts';

export type RotationRow = Selectable<Database['key_rotations']>;

export interface NewRotation {
  readonly organizationId: string;
  readonly kind: RotationRow['kind'];
  readonly masterKeyId?: string;
  readonly memberId: string | undefined;
  /** How many sealed values there are to see to. */
  readonly total: number;
}

/** Throws `AppError('conflict')` while another of its kind is under way. */
export async function insertRotation(tx: TenantDb, rotation: NewRotation): Promise<RotationRow> {
  const { organizationId, kind, masterKeyId, memberId, total } = rotation;
  const row = await tx
    .insertInto('key_rotations')
    .values({
      id: newId(),
      organization_id: organizationId,
      kind,
      master_key_id: masterKeyId ?? null,
      member_id: memberId ?? null,
      state: 'running',
      total,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
  if (row) return row;
  throw new AppError(
    'conflict',
    'A rotation is under way already. See it with: plugboard vault status',
  );
}

/** Newest first. */
export function selectRotations(tx: TenantDb, limit: number): Promise<RotationRow[]> {
  return tx.selectFrom('key_rotations').selectAll().orderBy('id', 'desc').limit(limit).execute();
}

export function selectRunning(
  tx: TenantDb,
  kind: RotationRow['kind'],
): Promise<RotationRow | undefined> {
  return tx
    .selectFrom('key_rotations')
    .selectAll()
    .where('kind', '=', kind)
    .where('state', '=', 'running')
    .executeTakeFirst();
}

export async function noteProgress(tx: TenantDb, id: string, done: number): Promise<void> {
  await tx
    .updateTable('key_rotations')
    .set({ done, total: sql<number>`greatest(total, ${done})` })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .execute();
}

/** False when it was over already. */
export async function endRotation(
  tx: TenantDb,
  id: string,
  end: { readonly done: number; readonly error?: string | undefined; readonly at: number },
): Promise<boolean> {
  const ended = await tx
    .updateTable('key_rotations')
    .set({
      state: 'succeeded',
      done: end.done,
      total: end.done,
      error: end.error ?? null,
      finished_at: new Date(end.at),
    })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .executeTakeFirst();
  return ended.numUpdatedRows > 0n;
}
