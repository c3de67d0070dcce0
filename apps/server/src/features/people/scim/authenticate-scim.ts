import { AppError } from '@plugboard/contracts';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import { parseScimToken } from './scim-token.ts';

/** A directory that speaks for an organization. */
export interface Directory {
  readonly organizationId: string;
  readonly tokenId: string;
}

/** How exactly a token's last use is known, in milliseconds. */
const touchMs = 60_000;

/**
 * Whose directory a request comes from. Throws `AppError('unauthenticated')`, the same for each reason;
 * that a token was used which works no more is on record.
 */
export async function authenticateScim(
  { db, clock, audit }: Pick<AppServices, 'db' | 'clock' | 'audit'>,
  authorization: string | undefined,
): Promise<Directory> {
  const [, text = ''] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  const token = parseScimToken(text);
  if (!token) throw unauthenticated();
  const { organizationId } = token;
  const tokenId = await withTenant(db, organizationId, async (tx) => {
    const row = await tx
      .selectFrom('scim_tokens')
      .select(['id', 'expires_at', 'revoked_at', 'last_used_at'])
      .where('hash', '=', token.hash)
      .executeTakeFirst();
    if (!row) return undefined;
    const now = clock();
    if (row.revoked_at !== null || row.expires_at.getTime() <= now) {
      const reason = row.revoked_at === null ? 'expired' : 'revoked';
      await audit.appendWithin(tx, organizationId, {
        kind: 'scim.refused',
        at: now,
        change: { source: 'scim', tokenId: row.id, reason },
      });
      return undefined;
    }
    if ((row.last_used_at?.getTime() ?? 0) + touchMs <= now) {
      await tx
        .updateTable('scim_tokens')
        .set({ last_used_at: new Date(now) })
        .where('id', '=', row.id)
        .execute();
    }
    return row.id;
  });
  if (tokenId === undefined) throw unauthenticated();
  return { organizationId, tokenId };
}

function unauthenticated(): AppError {
  return new AppError(
    'unauthenticated',
    'This needs a SCIM token (pbs_…) that is neither expired nor revoked. An owner makes one: plugboard scim create',
  );
}
