import { AppError, newId } from '@plugboard/contracts';
import { type IssuedToken, issueToken, type Secret } from '@plugboard/vault';

import { selectAgent } from '../agents/queries.ts';
import { type Author, type ChangeServices, commitChange } from '../change.ts';
import { noSuch } from '../reference.ts';
import { type AgentTokenRow, insertToken, revokeTokenRow } from './queries.ts';

export interface CreateTokenInput {
  readonly agent: string;
  readonly name?: string | undefined;
  /** ISO 8601. */
  readonly expiresAt?: string | undefined;
  /** One that was issued already, and must not be known yet. */
  readonly issued?: Pick<IssuedToken, 'hash' | 'hint' | 'token'> | undefined;
}

/** The token in clear exists only in what this resolves to. */
export function createToken(
  services: ChangeServices,
  author: Author,
  input: CreateTokenInput,
): Promise<{ row: AgentTokenRow; token: Secret }> {
  const { organizationId } = author;
  return commitChange(services, author, async (db) => {
    const agent = await selectAgent(db, input.agent);
    if (!agent) throw noSuch('agent', input.agent);
    const { token, hash, hint } = input.issued ?? issueToken('agent', organizationId);
    const row = await insertToken(db, {
      id: newId(),
      organizationId,
      agentId: agent.id,
      name: input.name ?? 'token',
      hash,
      hint,
      expiresAt: input.expiresAt === undefined ? null : new Date(input.expiresAt),
    });
    const { id, name, expires_at: expiresAt } = row;
    return {
      result: { row, token },
      record: {
        kind: 'token.created',
        agentId: agent.id,
        change: { id, name, agent: agent.slug, hint, expiresAt: expiresAt?.toISOString() ?? null },
      },
      events: [],
    };
  });
}

export function revokeToken(
  services: ChangeServices,
  author: Author,
  { agent: ref, token: id }: { readonly agent: string; readonly token: string },
): Promise<string> {
  const { organizationId } = author;
  return commitChange(services, author, async (db) => {
    const agent = await selectAgent(db, ref);
    if (!agent) throw noSuch('agent', ref);
    const row = await revokeTokenRow(db, agent.id, id, new Date(services.clock()));
    if (!row) {
      throw new AppError('not_found', `Agent "${agent.slug}" has no token ${id} left to revoke.`);
    }
    return {
      result: id,
      record: {
        kind: 'token.revoked',
        agentId: agent.id,
        change: { id, name: row.name, agent: agent.slug, hint: row.hint },
      },
      events: [{ kind: 'identity', organizationId, agentId: agent.id }],
    };
  });
}
