import type { TenantDb } from '../../tenant-db.ts';

/** Whether an address is of a domain that the organization has proven to be its own. */
export async function isProvenAddress(tx: TenantDb, email: string): Promise<boolean> {
  const row = await tx
    .selectFrom('sso_domains')
    .select('domain')
    .where('domain', '=', email.slice(email.lastIndexOf('@') + 1).toLowerCase())
    .where('verified_at', 'is not', null)
    .executeTakeFirst();
  return row !== undefined;
}
