import type { OAuthClient } from '@plugboard/oauth';
import { openSecret, Secret, sealSecret } from '@plugboard/vault';
import type { Selectable } from 'kysely';
import { z } from 'zod';

import type { Database } from '../../../store/schema.ts';
import type { TenantDb } from '../../tenant-db.ts';
import type { ConnectionServices } from '../services.ts';
import { clientKey } from './client-key.ts';

export type ClientRow = Selectable<Database['oauth_clients']>;

type Services = Pick<ConnectionServices, 'keyring'>;
type OpenServices = Pick<ConnectionServices, 'keyring' | 'installationKey'>;

const secretsSchema = z.object({
  client_secret: z.string().optional(),
  private_key: z.string().optional(),
});

const metadataSchema = z.object({
  authMethod: z.enum(['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']),
  /** Where it may be sent back to; a client of before the base URL changed is of no more use. */
  redirectUri: z.string().optional(),
});

export type ClientMetadata = z.output<typeof metadataSchema>;

export function clientMetadata(row: Pick<ClientRow, 'metadata'>): ClientMetadata {
  return metadataSchema.parse(row.metadata);
}

/** Seals a client's secrets for this one row. */
export async function sealClientSecrets(
  { keyring }: Services,
  organizationId: string,
  clientRowId: string,
  { clientSecret, privateKey }: Pick<OAuthClient, 'clientSecret' | 'privateKey'>,
): Promise<Buffer | null> {
  if (!clientSecret && !privateKey) return null;
  const text = JSON.stringify({
    ...(clientSecret && { client_secret: clientSecret.reveal() }),
    ...(privateKey && { private_key: privateKey.reveal() }),
  });
  const key = await keyring.ownerKey(organizationId);
  return sealSecret(key, identityOf(organizationId, clientRowId), new Secret(text));
}

/**
 * The client of a row, for requests to its authorization server. One that signs and has no key of its
 * own has the installation's.
 */
export async function openClient(services: OpenServices, row: ClientRow): Promise<OAuthClient> {
  const secrets =
    row.sealed_secrets === null
      ? {}
      : secretsSchema.parse(JSON.parse((await openSecrets(services, row)).reveal()));
  const { authMethod } = clientMetadata(row);
  const isOurKey =
    authMethod === 'private_key_jwt' &&
    row.method !== 'preregistered' &&
    secrets.private_key === undefined;
  return {
    issuer: row.issuer,
    method: row.method,
    clientId: row.client_id,
    authMethod,
    clientSecret:
      secrets.client_secret === undefined ? undefined : new Secret(secrets.client_secret),
    privateKey: isOurKey
      ? (await clientKey(services)).privateKey
      : secrets.private_key === undefined
        ? undefined
        : new Secret(secrets.private_key),
    expiresAt: row.expires_at?.getTime(),
  };
}

export function selectClient(db: TenantDb, id: string): Promise<ClientRow | undefined> {
  return db.selectFrom('oauth_clients').selectAll().where('id', '=', id).executeTakeFirst();
}

function identityOf(organizationId: string, clientRowId: string) {
  return { ownerId: organizationId, instanceId: clientRowId, name: 'oauth client' };
}

/** With the newest key, or one before it while what it sealed is being sealed anew. */
async function openSecrets({ keyring }: Services, row: ClientRow): Promise<Secret> {
  const keys = await keyring.all({ organizationId: row.organization_id, kind: 'organization' });
  const identity = identityOf(row.organization_id, row.id);
  let failure: unknown;
  for (const { key } of keys) {
    try {
      return openSecret(key, identity, row.sealed_secrets ?? Buffer.alloc(0));
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
