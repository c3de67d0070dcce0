import type { SecretIdentity } from '@plugboard/vault';
import { sql } from 'kysely';

import { sealedSecretsFromRow } from '../instances/launch-row.ts';
import type { TenantDb } from '../tenant-db.ts';
import type { SetKey } from './owner-key-set.ts';
import { resealValue } from './reseal-value.ts';

/** A row with values that are sealed under the organization's own key and do not name it. */
export type InlinePlace =
  | { readonly kind: 'instance'; readonly id: string }
  | { readonly kind: 'source'; readonly id: string }
  | { readonly kind: 'client'; readonly id: string }
  | { readonly kind: 'sso'; readonly id: string };

export async function selectInlinePlaces(tx: TenantDb): Promise<readonly InlinePlace[]> {
  const { rows: instances } = await sql<{ id: string }>`
    select id from instances where sealed_secrets <> '{}'::jsonb
    union select instance_id from instance_revisions where sealed_secrets <> '{}'::jsonb
  `.execute(tx);
  const sources = await tx
    .selectFrom('catalog_sources')
    .select('id')
    .where('sealed_token', 'is not', null)
    .execute();
  const clients = await tx
    .selectFrom('oauth_clients')
    .select('id')
    .where('sealed_secrets', 'is not', null)
    .execute();
  const providers = await tx
    .selectFrom('sso_providers')
    .select('id')
    .where('sealed_secret', 'is not', null)
    .execute();
  return [
    ...instances.map(({ id }) => ({ kind: 'instance', id }) as const),
    ...sources.map(({ id }) => ({ kind: 'source', id }) as const),
    ...clients.map(({ id }) => ({ kind: 'client', id }) as const),
    ...providers.map(({ id }) => ({ kind: 'sso', id }) as const),
  ];
}

/**
 * Seals what a place holds under the organization's newest key, with its rows locked. Resolves with
 * how many of its values no key opens.
 */
export async function resealPlace(
  tx: TenantDb,
  organizationId: string,
  keys: readonly SetKey[],
  { kind, id }: InlinePlace,
): Promise<number> {
  const identity = (name: string) => ({ ownerId: organizationId, instanceId: id, name });
  if (kind === 'instance') return resealInstance(tx, keys, id, identity);
  if (kind === 'sso') return resealSso(tx, keys, id, identity('sso client'));
  const name = kind === 'source' ? 'source token' : 'oauth client';
  const sealed =
    kind === 'source'
      ? (await lockSource(tx, id))?.sealed_token
      : (await lockClient(tx, id))?.sealed_secrets;
  if (!sealed) return 0;
  const anew = resealValue(keys, identity(name), sealed);
  if (!anew) return 1;
  if (anew === sealed) return 0;
  await (kind === 'source'
    ? tx.updateTable('catalog_sources').set({ sealed_token: anew }).where('id', '=', id).execute()
    : tx.updateTable('oauth_clients').set({ sealed_secrets: anew }).where('id', '=', id).execute());
  return 0;
}

async function resealSso(
  tx: TenantDb,
  keys: readonly SetKey[],
  id: string,
  identity: SecretIdentity,
): Promise<number> {
  const row = await tx
    .selectFrom('sso_providers')
    .select('sealed_secret')
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!row?.sealed_secret) return 0;
  const anew = resealValue(keys, identity, row.sealed_secret);
  if (!anew) return 1;
  if (anew !== row.sealed_secret) {
    await tx
      .updateTable('sso_providers')
      .set({ sealed_secret: anew })
      .where('id', '=', id)
      .execute();
  }
  return 0;
}

/** An instance with all of its revisions: a secret that was sealed alike in several stays so. */
async function resealInstance(
  tx: TenantDb,
  keys: readonly SetKey[],
  id: string,
  identity: (name: string) => SecretIdentity,
): Promise<number> {
  const anew = new Map<string, string>();
  let unreadable = 0;

  function resealAll(stored: unknown): Record<string, string> | undefined {
    let changed = false;
    const entries = [...sealedSecretsFromRow(stored)].map(([name, sealed]) => {
      const before = sealed.toString('base64');
      const known = anew.get(`${name} ${before}`);
      const after = known ?? resealValue(keys, identity(name), sealed)?.toString('base64');
      if (after === undefined) unreadable += 1;
      else anew.set(`${name} ${before}`, after);
      changed ||= after !== undefined && after !== before;
      return [name, after ?? before];
    });
    return changed ? Object.fromEntries(entries) : undefined;
  }

  const instance = await tx
    .selectFrom('instances')
    .select('sealed_secrets')
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  const own = instance && resealAll(instance.sealed_secrets);
  if (own) {
    await tx
      .updateTable('instances')
      .set({ sealed_secrets: JSON.stringify(own) })
      .where('id', '=', id)
      .execute();
  }
  const revisions = await tx
    .selectFrom('instance_revisions')
    .select(['revision', 'sealed_secrets'])
    .where('instance_id', '=', id)
    .orderBy('revision')
    .forUpdate()
    .execute();
  for (const { revision, sealed_secrets: sealed } of revisions) {
    const after = resealAll(sealed);
    if (!after) continue;
    await tx
      .updateTable('instance_revisions')
      .set({ sealed_secrets: JSON.stringify(after) })
      .where('instance_id', '=', id)
      .where('revision', '=', revision)
      .execute();
  }
  return unreadable;
}

function lockSource(tx: TenantDb, id: string) {
  const query = tx.selectFrom('catalog_sources').select('sealed_token').where('id', '=', id);
  return query.forUpdate().executeTakeFirst();
}

function lockClient(tx: TenantDb, id: string) {
  const query = tx.selectFrom('oauth_clients').select('sealed_secrets').where('id', '=', id);
  return query.forUpdate().executeTakeFirst();
}
