import { sharedCredentials } from '@plugboard/gateway';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import type { Author } from '../../change.ts';

/**
 * With whose credentials an instance is listed and tried: with those for everybody, or where each
 * member has an account of their own, with the author's if there are any. Nobody else's are used for
 * what one member does.
 */
export async function listingSetOf(
  { db }: Pick<AppServices, 'db'>,
  { organizationId, memberId }: Author,
  instance: { readonly id: string; readonly account: string },
): Promise<string> {
  if (instance.account !== 'member' || memberId === undefined) return sharedCredentials;
  const own = await withTenant(db, organizationId, (tx) =>
    tx
      .selectFrom('instance_credentials')
      .select('id')
      .where('instance_id', '=', instance.id)
      .where('member_id', '=', memberId)
      .limit(1)
      .executeTakeFirst(),
  );
  return own ? `member:${memberId}` : sharedCredentials;
}
