import type { Selectable } from 'kysely';
import { z } from 'zod';

import type { Database } from '../../../store/schema.ts';
import type { TenantDb } from '../../tenant-db.ts';

export type ProviderRow = Selectable<Database['oauth_providers']>;

const variablesSchema = z.record(z.string(), z.string());

export function providerVariables(row: ProviderRow): Readonly<Record<string, string>> {
  return variablesSchema.parse(row.variables);
}

export function selectProviders(db: TenantDb): Promise<ProviderRow[]> {
  return db.selectFrom('oauth_providers').selectAll().orderBy('slug').execute();
}

/** The clients that admins entered, by their provider's row. */
export function selectProviderClients(db: TenantDb) {
  return db
    .selectFrom('oauth_clients')
    .selectAll()
    .where('method', '=', 'preregistered')
    .where('provider_id', 'is not', null)
    .execute();
}
