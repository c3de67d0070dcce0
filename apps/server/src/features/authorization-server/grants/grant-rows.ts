import { sql } from 'kysely';

import { type ChangeServices, commitChange } from '../../change.ts';
import { withTenant } from '../../../store/tenant.ts';
import { isTokenGood, revokeTokenRow } from '../../tokens/queries.ts';
import { lifetimes } from '../lifetimes.ts';
import { boundedText } from '../refusals/refusals.ts';
import type { GrantPlace } from './grant-id.ts';

/** Whether what the grant stands for may still be used: its row, agent and person are all good. */
export function isGrantGood(
  { db }: Pick<ChangeServices, 'db'>,
  { organizationId, tokenId }: GrantPlace,
): Promise<boolean> {
  return withTenant(db, organizationId, (tx) => isTokenGood(tx, tokenId));
}

/** Tokens were issued: the row is good for as long as they may be used, within a grant's life. */
export async function prolongGrant(
  { db }: Pick<ChangeServices, 'db'>,
  { organizationId, tokenId }: GrantPlace,
  until: Date,
): Promise<void> {
  const longest = sql<Date>`created_at + make_interval(secs => ${lifetimes.grant})`;
  await withTenant(db, organizationId, (tx) =>
    tx
      .updateTable('agent_tokens')
      .set({ expires_at: sql`least(greatest(expires_at, ${until}), ${longest})` })
      .where('id', '=', tokenId)
      .where('revoked_at', 'is', null)
      .execute(),
  );
}

/**
 * Ends a grant for good, with its sessions, on every node at once: its owner gave it back, or a code
 * or refresh token was used twice, so that somebody else may have it. Once only is on record.
 */
export async function endGrant(
  services: ChangeServices,
  { organizationId, tokenId }: GrantPlace,
  reason: 'given_back' | 'code_used_twice' | 'refresh_token_used_twice',
): Promise<void> {
  await commitChange(services, { organizationId }, async (db) => {
    const known = await db
      .selectFrom('agent_tokens')
      .select('agent_id')
      .where('id', '=', tokenId)
      .executeTakeFirst();
    if (!known) return undefined;
    const row = await revokeTokenRow(db, known.agent_id, tokenId, new Date(services.clock()));
    if (!row) return undefined;
    const { agent_id: agentId, name, client_id: clientId } = row;
    return {
      result: undefined,
      record: {
        kind: reason === 'given_back' ? 'token.revoked' : 'oauth.refused',
        agentId,
        change: { id: tokenId, name, clientId: boundedText(clientId ?? undefined), reason },
      },
      events: [{ kind: 'identity', organizationId, agentId }],
    };
  });
}
