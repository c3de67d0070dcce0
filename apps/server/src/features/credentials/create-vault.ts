import { AppError, newId } from '@plugboard/contracts';
import {
  type CredentialIdentity,
  createDataKey,
  openDataKey,
  openFields,
  sealFields,
} from '@plugboard/vault';
import type { Insertable } from 'kysely';

import type { AppServices } from '../../app/services.ts';
import type { Database } from '../../store/schema.ts';
import type { TenantDb } from '../tenant-db.ts';
import { ownerColumns, ownerOf } from './credential-owner.ts';
import { type CredentialRow, credentialColumns } from './credential-row.ts';
import { CredentialReader, type SealedCredential } from './read-sealed.ts';
import type {
  CredentialRef,
  NewCredential,
  OpenedCredential,
  OpenPurpose,
  ReplaceCredential,
  Vault,
} from './vault.ts';

export type VaultServices = Pick<AppServices, 'db' | 'pool' | 'audit' | 'keyring' | 'clock'>;

/** The vault on PostgreSQL. See `Vault`. */
export function createVault({ db, pool, audit, keyring, clock }: VaultServices): Vault {
  const reader = new CredentialReader(db, pool, clock);

  /** Opens what was read; an owner's key may just have been changed for another. */
  async function unseal(row: SealedCredential): Promise<OpenedCredential> {
    if (!row.sealed_key || !row.sealed) throw notThere();
    const { key } = await keyring.find(row.organization_id, row.owner_key_id);
    const identity = identityOf(row);
    const dataKey = openDataKey(key, identity, row.sealed_key);
    return {
      kind: row.kind,
      provider: row.provider ?? undefined,
      version: row.read_version,
      fields: openFields(dataKey, identity, row.read_version, row.sealed),
    };
  }

  return {
    async open({ organizationId, credentialId }, purpose, version) {
      const read = () =>
        version === undefined
          ? reader.current(organizationId, credentialId)
          : reader.version(organizationId, credentialId, version);
      const row = await read();
      if (!row?.sealed_key || !row.sealed) throw notThere();
      let opened;
      try {
        opened = await unseal(row);
      } catch (error) {
        // A rotation puts another key in place between two reads; anything else fails again.
        const again = await read();
        if (!again || again.owner_key_id === row.owner_key_id) {
          await audit.append(organizationId, refusal(row, purpose, clock()));
          throw error;
        }
        opened = await unseal(again);
      }
      await audit.append(organizationId, {
        ...whoAndWhere(purpose),
        kind: 'credential.opened',
        at: clock(),
        change: openingOf(row, purpose, opened.version),
      });
      return opened;
    },

    async insert(tx, credential) {
      const { organizationId, owner, fields, note } = credential;
      const id = credential.id ?? newId();
      const identity = {
        organizationId,
        ownerKind: owner.kind,
        ownerId: owner.kind === 'organization' ? organizationId : owner.id,
        credentialId: id,
      };
      const ownerKey = await keyring.current({ organizationId, ...owner });
      const { key, sealed } = createDataKey(ownerKey.key, identity);
      const row = await tx
        .insertInto('credentials')
        .values(newRow(credential, id, ownerKey.id, sealed))
        .onConflict((conflict) => conflict.doNothing())
        .returning(credentialColumns)
        .executeTakeFirst();
      if (!row) throw nameTaken(credential.name);
      await tx
        .insertInto('credential_versions')
        .values({
          organization_id: organizationId,
          credential_id: id,
          version: 1,
          sealed: sealFields(key, identity, 1, fields),
          member_id: credential.memberId ?? null,
          note: note ?? null,
          created_at: new Date(clock()),
        })
        .execute();
      return row;
    },

    async replace(tx, replacement) {
      const { organizationId, credentialId, expectedVersion, fields, keep } = replacement;
      const version = expectedVersion + 1;
      const row = await tx
        .updateTable('credentials')
        .set({ version, updated_at: new Date(clock()), test: null, ...changesOf(replacement) })
        .where('id', '=', credentialId)
        .where('organization_id', '=', organizationId)
        .where('version', '=', expectedVersion)
        .where('destroyed_at', 'is', null)
        .returning([...credentialColumns, 'sealed_key'])
        .executeTakeFirst();
      if (!row?.sealed_key) throw await whyNotReplaced(tx, credentialId, expectedVersion);
      const { key } = await keyring.find(organizationId, row.owner_key_id);
      const identity = identityOf(row);
      const dataKey = openDataKey(key, identity, row.sealed_key);
      if (!keep) await destroyVersions(tx, credentialId, clock());
      await tx
        .insertInto('credential_versions')
        .values({
          organization_id: organizationId,
          credential_id: credentialId,
          version,
          sealed: sealFields(dataKey, identity, version, fields),
          member_id: replacement.memberId ?? null,
          note: replacement.note ?? null,
          created_at: new Date(clock()),
        })
        .execute();
      return version;
    },

    async destroy(tx, { organizationId, credentialId }: CredentialRef) {
      const destroyedAt = new Date(clock());
      const row = await tx
        .updateTable('credentials')
        .set({ sealed_key: null, destroyed_at: destroyedAt, updated_at: destroyedAt, test: null })
        .where('id', '=', credentialId)
        .where('organization_id', '=', organizationId)
        .where('destroyed_at', 'is', null)
        .returning('id')
        .executeTakeFirst();
      if (!row) return false;
      await destroyVersions(tx, credentialId, clock());
      return true;
    },
  };
}

type OwnedRow = Pick<
  CredentialRow,
  'id' | 'organization_id' | 'owner_kind' | 'member_id' | 'agent_id'
>;

function identityOf(row: OwnedRow): CredentialIdentity {
  const owner = ownerOf(row);
  return {
    organizationId: row.organization_id,
    ownerKind: owner.kind,
    ownerId: owner.kind === 'organization' ? row.organization_id : owner.id,
    credentialId: row.id,
  };
}

function newRow(
  credential: NewCredential,
  id: string,
  ownerKeyId: string,
  sealedKey: Buffer,
): Insertable<Database['credentials']> {
  const { organizationId, owner, kind, provider, name, labels, facts, expiresAt } = credential;
  return {
    id,
    organization_id: organizationId,
    ...ownerColumns(owner),
    kind,
    provider: provider ?? null,
    name,
    labels: [...(labels ?? [])],
    facts: JSON.stringify(facts ?? {}),
    owner_key_id: ownerKeyId,
    sealed_key: sealedKey,
    expires_at: expiresAt === undefined ? null : new Date(expiresAt),
    created_by: credential.memberId ?? null,
  };
}

function changesOf({ facts, expiresAt }: ReplaceCredential) {
  return {
    ...(facts && { facts: JSON.stringify(facts) }),
    ...(expiresAt !== undefined && { expires_at: expiresAt === null ? null : new Date(expiresAt) }),
  };
}

async function destroyVersions(tx: TenantDb, credentialId: string, now: number): Promise<void> {
  await tx
    .updateTable('credential_versions')
    .set({ sealed: null, destroyed_at: new Date(now) })
    .where('credential_id', '=', credentialId)
    .where('destroyed_at', 'is', null)
    .execute();
}

async function whyNotReplaced(
  tx: TenantDb,
  credentialId: string,
  expected: number,
): Promise<AppError> {
  const row = await tx
    .selectFrom('credentials')
    .select('version')
    .where('id', '=', credentialId)
    .where('destroyed_at', 'is', null)
    .executeTakeFirst();
  if (!row) return notThere();
  return new AppError(
    'conflict',
    `The credential was replaced meanwhile: version ${row.version} is current, not ${expected}. Look at it again.`,
    { details: { version: row.version, expected } },
  );
}

function whoAndWhere({ memberId, agentId, instanceId }: OpenPurpose) {
  return {
    ...(memberId !== undefined && { memberId }),
    ...(agentId !== undefined && { agentId }),
    ...(instanceId !== undefined && { instanceId }),
  };
}

function openingOf(row: SealedCredential, purpose: OpenPurpose, version: number) {
  const owner = ownerOf(row);
  return {
    id: row.id,
    name: row.name,
    owner,
    version,
    for: purpose.for,
    ...(purpose.callId !== undefined && { callId: purpose.callId }),
  };
}

function refusal(row: SealedCredential, purpose: OpenPurpose, at: number) {
  return {
    ...whoAndWhere(purpose),
    kind: 'credential.refused' as const,
    at,
    change: { ...openingOf(row, purpose, row.read_version), reason: 'does_not_open' },
  };
}

function notThere(): AppError {
  return new AppError(
    'not_found',
    'There is no such credential, or it was destroyed. Look at the list of credentials.',
    { details: { noun: 'credential' } },
  );
}

function nameTaken(name: string): AppError {
  return new AppError(
    'conflict',
    `There is already a credential "${name}" of the same owner. Choose another name, or replace that one.`,
    { details: { noun: 'credential', name } },
  );
}
