import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

import type { Kysely } from 'kysely';
import type { AdapterPayload } from 'oidc-provider';

import type { Database } from '../../../store/schema.ts';
import { withTenant } from '../../../store/tenant.ts';
import { exchangeGrant } from '../grants/exchange-grant.ts';

const prefix = 'pbc_';

/** A new id of an agent's client. It names its organization, and is no secret. */
export function newClientId(organizationId: string): string {
  const random = randomBytes(12).toString('hex');
  return `${prefix}${organizationId.replaceAll('-', '')}_${random}`;
}

/** The organization of an agent's client; undefined for ids that are no such client's. */
export function organizationOfClient(clientId: string): string | undefined {
  const hex = /^pbc_([0-9a-f]{32})_[0-9a-f]{24}$/.exec(clientId)?.[1];
  if (hex === undefined) return undefined;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export interface FoundAgentClient {
  readonly organizationId: string;
  readonly tokenId: string;
  readonly name: string;
  readonly secretHash: Buffer | null;
  readonly jwks: unknown;
}

/** One whose agent, client and row of tokens are all still good. */
export async function findAgentClient(
  db: Kysely<Database>,
  clientId: string,
  now: number,
): Promise<FoundAgentClient | undefined> {
  const organizationId = organizationOfClient(clientId);
  if (organizationId === undefined) return undefined;
  const row = await withTenant(db, organizationId, (tx) =>
    tx
      .selectFrom('agent_clients')
      .innerJoin('agents', 'agents.id', 'agent_clients.agent_id')
      .innerJoin('agent_tokens', 'agent_tokens.id', 'agent_clients.token_id')
      .where('agent_clients.client_id', '=', clientId)
      .where('agent_clients.revoked_at', 'is', null)
      .where('agents.revoked_at', 'is', null)
      .where('agent_tokens.revoked_at', 'is', null)
      .select([
        'agent_clients.name',
        'agent_clients.secret_hash',
        'agent_clients.jwks',
        'agent_clients.token_id',
        'agent_clients.expires_at',
      ])
      .executeTakeFirst(),
  );
  if (!row || (row.expires_at !== null && row.expires_at.getTime() <= now)) return undefined;
  const { name, secret_hash: secretHash, jwks, token_id: tokenId } = row;
  return { organizationId, tokenId, name, secretHash, jwks };
}

/** The same as the provider knows clients. What it holds for the secret is the secret's hash. */
export function asProviderClient(clientId: string, found: FoundAgentClient): AdapterPayload {
  const { name, secretHash, jwks } = found;
  return {
    client_id: clientId,
    client_name: name,
    grant_types: ['client_credentials', exchangeGrant],
    response_types: [],
    redirect_uris: [],
    ...(secretHash
      ? {
          token_endpoint_auth_method: 'client_secret_basic',
          client_secret: secretHash.toString('hex'),
        }
      : {
          token_endpoint_auth_method: 'private_key_jwt',
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked when it was made
          jwks: jwks as AdapterPayload['jwks'],
        }),
  };
}

/** Whether a secret is the one with that hash (hexadecimal); takes as long for any other. */
export function isSecretOf(hashHex: string, given: string): boolean {
  const expected = Buffer.from(hashHex, 'hex');
  const actual = hash('sha256', given, 'buffer');
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
