import type { Client } from 'pg';

export interface TenantTable {
  readonly name: string;
  /** The column that names the organization. */
  readonly tenantColumn: string;
}

/** Tables that are of no organization, and why that is right. */
const withoutTenant: ReadonlySet<string> = new Set([
  // Written by migrations alone.
  'schema_migrations',
]);

/** Every table of the public schema that holds an organization's data, found in the catalog. */
export async function findTenantTables(client: Client): Promise<readonly TenantTable[]> {
  const { rows } = await client.query<{ name: string; columns: string[] }>(`
    select c.relname as name, array_agg(a.attname::text) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'm', 'f')
    group by c.relname order by c.relname`);
  return rows
    .filter(({ name }) => !withoutTenant.has(name))
    .map(({ name, columns }) => ({
      name,
      tenantColumn: columns.includes('organization_id') ? 'organization_id' : 'id',
    }));
}
