import type { KeyObject } from 'node:crypto';

import { AppError, isAppError, newId } from '@plugboard/contracts';
import { type KeyProvider, openFirstOwnerKey } from '@plugboard/vault';
import type { Kysely } from 'kysely';

import type { Database } from '../../store/schema.ts';
import { listOrganizationIds, withTenant } from '../../store/tenant.ts';

/**
 * Names the key of an installation that has none in its database: a new one, or one from before keys
 * had names, which must open what is there. Of several nodes that try at once one does.
 */
export async function registerFirstKey(
  db: Kysely<Database>,
  provider: KeyProvider,
  previous: KeyProvider | undefined,
): Promise<void> {
  const organizations = await listOrganizationIds(db);
  const isNew = organizations.length === 0;
  if (!isNew && provider.providerKey !== undefined) {
    throw new AppError(
      'invalid_input',
      `This installation's master key is not with ${provider.kind} yet. Start as before, without PLUGBOARD_KEY_PROVIDER, and run: plugboard vault rotate --master --provider ${provider.kind}:${provider.providerKey}`,
    );
  }
  // A key that was changed at the same time as the version: the one before opens what is there.
  const holder = isNew ? provider : (previous ?? provider);
  const installationId = newId();
  const { id, key, wrapped } = await holder.first(installationId, isNew);
  for (const organizationId of organizations) await requireRight(db, organizationId, key);
  await db
    .insertInto('master_keys')
    .values({
      id,
      installation_id: installationId,
      provider: holder.kind,
      provider_key: holder.providerKey ?? null,
      wrapped: wrapped ?? null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function requireRight(
  db: Kysely<Database>,
  organizationId: string,
  key: KeyObject,
): Promise<void> {
  const row = await withTenant(db, organizationId, (tx) =>
    tx
      .selectFrom('owner_keys')
      .select('sealed')
      .where('master_key_id', 'is', null)
      .executeTakeFirst(),
  );
  if (!row) return;
  try {
    openFirstOwnerKey(key, organizationId, row.sealed);
  } catch (error) {
    if (!isAppError(error)) throw error;
    throw new AppError(
      'unavailable',
      'The master key is not the one that this database was sealed with. Put master.key of this installation back into the data directory (chmod 600), or set PLUGBOARD_MASTER_KEY to what it was. Nothing was changed.',
      { cause: error },
    );
  }
}
