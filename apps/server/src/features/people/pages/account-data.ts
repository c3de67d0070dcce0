import type { ApiKey } from '@plugboard/contracts/api';

import { withTenant } from '../../../store/tenant.ts';
import { presentApiKey } from '../../members/api-keys/routes.ts';
import { selectApiKeys } from '../../members/api-keys/service.ts';
import type { SignedIn } from '../people.ts';
import type { PageServices } from './page-context.ts';

export interface Account {
  readonly signedIn: SignedIn;
  readonly hasPassword: boolean;
  readonly hasSecondFactor: boolean;
  readonly passkeys: readonly { readonly id: string; readonly name: string; readonly at: Date }[];
  readonly sessions: readonly {
    readonly id: string;
    readonly browser: string;
    readonly seenAt: Date;
    readonly isThis: boolean;
  }[];
  /** Of the organization they act in. */
  readonly keys: readonly ApiKey[];
}

export async function readAccount(
  { db, clock }: PageServices,
  signedIn: SignedIn,
): Promise<Account> {
  const { userId, sessionId, activeOrganizationId, memberships } = signedIn;
  const user = await db
    .selectFrom('users')
    .where('id', '=', userId)
    .select(['name', 'two_factor_enabled'])
    .executeTakeFirstOrThrow();
  const password = await db
    .selectFrom('user_accounts')
    .where('user_id', '=', userId)
    .where('provider_id', '=', 'credential')
    .select('id')
    .executeTakeFirst();
  const passkeys = await db
    .selectFrom('user_passkeys')
    .where('user_id', '=', userId)
    .select(['id', 'name', 'created_at'])
    .orderBy('created_at')
    .execute();
  const sessions = await db
    .selectFrom('user_sessions')
    .where('user_id', '=', userId)
    .where('expires_at', '>', new Date(clock()))
    .select(['id', 'user_agent', 'seen_at'])
    .orderBy('seen_at', 'desc')
    .execute();
  const member = memberships.find((each) => each.organizationId === activeOrganizationId);
  const keys = member
    ? await withTenant(db, member.organizationId, (tx) => selectApiKeys(tx, member.memberId))
    : [];
  return {
    signedIn: { ...signedIn, name: user.name },
    hasPassword: password !== undefined,
    hasSecondFactor: user.two_factor_enabled,
    passkeys: passkeys.map((row) => ({
      id: row.id,
      name: row.name ?? 'Passkey',
      at: row.created_at,
    })),
    sessions: sessions.map((row) => ({
      id: row.id,
      browser: row.user_agent === null || row.user_agent === '' ? 'unknown' : row.user_agent,
      seenAt: row.seen_at,
      isThis: row.id === sessionId,
    })),
    keys: keys.map((row) => presentApiKey(row, clock())).filter((key) => key.state === 'active'),
  };
}
