import type { Client } from 'pg';

export interface TenantTable {
  readonly name: string;
  /** The column that names the organization. */
  readonly tenantColumn: string;
}

/** Tables that are of no organization, and why that is right. */
export const withoutTenant: readonly string[] = [
  // Written by migrations alone.
  'schema_migrations',
  // The installation's own keys, sealed.
  'master_keys',
  'installation_keys',
  // People, who may be members of several organizations, and what they sign in with.
  'users',
  'user_sessions',
  'user_accounts',
  'user_verifications',
  'user_two_factors',
  'user_passkeys',
  'password_links',
  'sign_in_limits',
  // Clients, codes and tokens, by hashes; sealed.
  'oauth_records',
];

/** Every table of the public schema that holds an organization's data, found in the catalog. */
export async function findTenantTables(client: Client): Promise<readonly TenantTable[]> {
  const { rows } = await client.query<{ name: string; columns: string[] }>(`
    select c.relname as name, array_agg(a.attname::text) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'm', 'f')
    group by c.relname order by c.relname`);
  return rows
    .filter(({ name }) => !withoutTenant.includes(name))
    .map(({ name, columns }) => ({
      name,
      tenantColumn: columns.includes('organization_id') ? 'organization_id' : 'id',
    }));
}
