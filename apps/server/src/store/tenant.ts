import { AppError, idPattern } from '@plugboard/contracts';
import { type Kysely, sql, type Transaction } from 'kysely';

import type { Database } from './schema.ts';

export interface TenantOptions {
  /** Every statement sees the database as it was at the first, and none may change it. */
  readonly snapshot?: boolean;
}

/**
 * Runs `work` in a transaction that sees and changes the rows of one organization and of no other;
 * the database enforces it. The transaction commits when `work` resolves.
 */
export async function withTenant<T>(
  db: Kysely<Database>,
  organizationId: string,
  work: (tx: Transaction<Database>) => Promise<T>,
  { snapshot = false }: TenantOptions = {},
): Promise<T> {
  requireOrganizationId(organizationId);
  const transaction = snapshot
    ? db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only')
    : db.transaction();
  return transaction.execute(async (tx) => {
    await sql`select set_config('plugboard.organization_id', ${organizationId}, true)`.execute(tx);
    return work(tx);
  });
}

/** Every organization's id, oldest first: for work that visits each in turn. */
export async function listOrganizationIds(db: Kysely<Database>): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('organization_directory')
    .select('id')
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}

export function requireOrganizationId(organizationId: string): void {
  if (idPattern.test(organizationId)) return;
  throw new AppError('invalid_input', 'An organization is named by its id, a UUID.');
}
