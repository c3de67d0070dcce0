import { AppError } from '@plugboard/contracts';
import { parseToken } from '@plugboard/vault';

import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import type { Actor } from './policy.ts';

/** Who an API key speaks for. Throws `AppError('unauthenticated')` when it is nobody. */
export async function authenticateMember(
  { db, clock }: Pick<AppServices, 'db' | 'clock'>,
  authorization: string | undefined,
): Promise<Actor> {
  if (authorization === undefined) {
    throw unauthenticated('The API needs a key, sent as "Authorization: Bearer pbk_…".');
  }
  const [, text] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  const key = text === undefined ? undefined : parseToken(text);
  if (key?.kind === 'agent') {
    throw unauthenticated(
      "This is an agent's token, which opens the MCP endpoints only. The API needs a member's key (pbk_…).",
    );
  }
  if (key === undefined) {
    throw unauthenticated('This is not an API key. One begins with pbk_ and has 74 characters.');
  }
  const row = await withTenant(db, key.organizationId, (tx) =>
    tx
      .selectFrom('api_keys')
      .innerJoin('members', 'members.id', 'api_keys.member_id')
      .where('api_keys.hash', '=', key.hash)
      .select(['members.id', 'members.role', 'api_keys.expires_at', 'api_keys.revoked_at'])
      .executeTakeFirst(),
  );
  const expired = row?.expires_at != null && row.expires_at.getTime() <= clock();
  if (!row || row.revoked_at !== null || expired) {
    throw unauthenticated('This API key is unknown, expired or revoked.');
  }
  return {
    organizationId: key.organizationId,
    memberId: row.id,
    role: row.role,
  };
}

function unauthenticated(message: string): AppError {
  return new AppError('unauthenticated', message);
}
