import { hash, randomBytes } from 'node:crypto';

import { AppError } from '@plugboard/contracts';
import { Secret } from '@plugboard/vault';

import type { AppServices } from '../../app/services.ts';
import { type ChangeServices, commitChange } from '../change.ts';
import type { Actor } from '../members/policy.ts';
import { requireMember } from '../members/queries.ts';
import { requirePermission } from '../members/require.ts';
import { requireManaging } from '../members/service.ts';
import { withPerson } from './memberships.ts';

type Services = ChangeServices & Pick<AppServices, 'server'>;

/** How long a link works, in milliseconds. */
export const resetLinkMs = 60 * 60 * 1000;

export interface ResetLinkInput {
  readonly member: string;
  /** Whether it takes the second factor and the passkeys away too, for who lost them. */
  readonly resetFactors?: boolean | undefined;
}

/**
 * A link by which a member sets a new password, for an owner or admin to hand over. It opens their whole
 * account: so nobody makes one for a person who is more elsewhere than the maker may manage here.
 */
export async function makeResetLink(
  services: Services,
  actor: Actor,
  { member: ref, resetFactors = false }: ResetLinkInput,
): Promise<{ link: string; expiresAt: string }> {
  requirePermission(actor, 'member.reset_link');
  const { link, expiresAt } = await commitChange(services, actor, async (db) => {
    const member = await requireMember(db, ref);
    requirePermission(actor, 'member.reset_link', { memberId: member.id });
    requireManaging(actor, member.role);
    if (member.user_id === null) {
      throw new AppError(
        'conflict',
        'This member never signed in. Invite them with their e-mail address.',
      );
    }
    await refuseOutsiders(services, actor, member.user_id);
    const made = await insertResetLink(services, member.user_id, { resetFactors });
    return {
      result: made,
      record: { kind: 'member.reset_link_made', change: { id: member.id, resetFactors } },
      events: [],
    };
  });
  return { link: link.reveal(), expiresAt: expiresAt.toISOString() };
}

export interface ResetLinkKind {
  readonly resetFactors?: boolean;
  /** Whether it goes by mail: using it then proves whose address it is. */
  readonly isMailed?: boolean;
}

/** Makes a link for a user; it takes the place of none before it. */
export async function insertResetLink(
  { db, clock, server }: Services,
  userId: string,
  { resetFactors = false, isMailed = false }: ResetLinkKind = {},
): Promise<{ link: Secret; expiresAt: Date }> {
  const text = randomBytes(32).toString('base64url');
  const now = clock();
  const expiresAt = new Date(now + resetLinkMs);
  await db.deleteFrom('password_links').where('expires_at', '<=', new Date(now)).execute();
  await db
    .insertInto('password_links')
    .values({
      hash: hash('sha256', text, 'buffer'),
      user_id: userId,
      resets_factors: resetFactors,
      is_mailed: isMailed,
      expires_at: expiresAt,
    })
    .execute();
  return { link: new Secret(`${server.urls.base}/reset-password/${text}`), expiresAt };
}

/** The user of a link that still works. */
export async function findResetLink(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  text: string,
): Promise<{ id: string; name: string; email: string } | undefined> {
  return db
    .selectFrom('password_links as l')
    .innerJoin('users as u', 'u.id', 'l.user_id')
    .where('l.hash', '=', hash('sha256', text, 'buffer'))
    .where('l.expires_at', '>', new Date(clock()))
    .select(['u.id', 'u.name', 'u.email'])
    .executeTakeFirst();
}

/** Uses a link up, with all others of its user. Of two at once one gets it; the other finds none. */
export async function useResetLink(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  text: string,
): Promise<{ userId: string; resetsFactors: boolean; isMailed: boolean } | undefined> {
  const row = await db
    .deleteFrom('password_links')
    .where('hash', '=', hash('sha256', text, 'buffer'))
    .where('expires_at', '>', new Date(clock()))
    .returning(['user_id', 'resets_factors', 'is_mailed'])
    .executeTakeFirst();
  if (!row) return undefined;
  await db.deleteFrom('password_links').where('user_id', '=', row.user_id).execute();
  return { userId: row.user_id, resetsFactors: row.resets_factors, isMailed: row.is_mailed };
}

async function refuseOutsiders({ db }: Services, actor: Actor, userId: string): Promise<void> {
  const elsewhere = await withPerson(db, userId, (tx) =>
    tx
      .selectFrom('members')
      .select('id')
      .where('user_id', '=', userId)
      .where('organization_id', '<>', actor.organizationId)
      .limit(1)
      .execute(),
  );
  if (elsewhere.length === 0) return;
  throw new AppError(
    'forbidden',
    'This person is a member of other organizations too: a link would open those. They set a new password by mail, or the host’s operator makes a link.',
    { details: { reason: 'member_elsewhere' } },
  );
}
