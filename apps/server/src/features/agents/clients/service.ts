import { hash, randomBytes } from 'node:crypto';

import { AppError, newId } from '@plugboard/contracts';
import { Secret } from '@plugboard/vault';
import type { Selectable } from 'kysely';

import type { Database } from '../../../store/schema.ts';
import { newClientId } from '../../authorization-server/clients/agent-client.ts';
import { type Author, type ChangeServices, commitChange } from '../../change.ts';
import { noSuch } from '../../reference.ts';
import { revokeTokenRow } from '../../tokens/queries.ts';
import { selectAgent } from '../queries.ts';

export type AgentClientRow = Selectable<Database['agent_clients']>;

export interface CreateClientInput {
  readonly agent: string;
  readonly name?: string | undefined;
  /** Public keys; a secret is made when absent. */
  readonly jwks?: { readonly keys: readonly object[] } | undefined;
  /** ISO 8601. */
  readonly expiresAt?: string | undefined;
}

/** A client with which an agent obtains tokens by itself. Its secret exists only in what this resolves to. */
export function createAgentClient(
  services: ChangeServices,
  author: Author,
  input: CreateClientInput,
): Promise<{ row: AgentClientRow; secret: Secret | undefined }> {
  const { organizationId } = author;
  return commitChange(services, author, async (db) => {
    const agent = await selectAgent(db, input.agent);
    if (!agent) throw noSuch('agent', input.agent);
    const clientId = newClientId(organizationId);
    const name = input.name ?? 'client';
    const expiresAt = input.expiresAt === undefined ? null : new Date(input.expiresAt);
    const secret = input.jwks ? undefined : `pbs_${randomBytes(32).toString('base64url')}`;
    const tokenId = newId();
    await db
      .insertInto('agent_tokens')
      .values({
        id: tokenId,
        organization_id: organizationId,
        agent_id: agent.id,
        name,
        kind: 'oauth',
        hint: '',
        client_id: clientId,
        client_name: name,
        expires_at: expiresAt,
      })
      .execute();
    const row = await db
      .insertInto('agent_clients')
      .values({
        organization_id: organizationId,
        client_id: clientId,
        agent_id: agent.id,
        name,
        secret_hash: secret === undefined ? null : hash('sha256', secret, 'buffer'),
        jwks: input.jwks ? JSON.stringify(input.jwks) : null,
        token_id: tokenId,
        expires_at: expiresAt,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return {
      result: { row, secret: secret === undefined ? undefined : new Secret(secret) },
      record: {
        kind: 'agent_client.created',
        agentId: agent.id,
        change: {
          clientId,
          name,
          agent: agent.slug,
          method: secret === undefined ? 'private_key_jwt' : 'secret',
          expiresAt: expiresAt?.toISOString() ?? null,
        },
      },
      events: [],
    };
  });
}

/** Its tokens and sessions end with it. */
export function revokeAgentClient(
  services: ChangeServices,
  author: Author,
  { agent: ref, client: clientId }: { readonly agent: string; readonly client: string },
): Promise<string> {
  const { organizationId } = author;
  return commitChange(services, author, async (db) => {
    const agent = await selectAgent(db, ref);
    if (!agent) throw noSuch('agent', ref);
    const row = await db
      .selectFrom('agent_clients')
      .select(['token_id', 'name'])
      .where('client_id', '=', clientId)
      .where('agent_id', '=', agent.id)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    if (!row) {
      throw new AppError('not_found', `Agent "${agent.slug}" has no such client left to revoke.`);
    }
    await revokeTokenRow(db, agent.id, row.token_id, new Date(services.clock()));
    return {
      result: clientId,
      record: {
        kind: 'agent_client.revoked',
        agentId: agent.id,
        change: { clientId, name: row.name, agent: agent.slug },
      },
      events: [{ kind: 'identity', organizationId, agentId: agent.id }],
    };
  });
}
