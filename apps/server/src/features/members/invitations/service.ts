import { AppError, newId } from '@plugboard/contracts';
import { Secret } from '@plugboard/vault';
import type { Selectable } from 'kysely';

import type { AppServices } from '../../../app/services.ts';
import type { Database } from '../../../store/schema.ts';
import { type ChangeServices, commitChange } from '../../change.ts';
import type { TenantDb } from '../../tenant-db.ts';
import type { Actor, Role } from '../policy.ts';
import { requirePermission } from '../require.ts';
import { requireManaging } from '../service.ts';
import { issueInvitationToken } from './invitation-token.ts';

export type InvitationRow = Selectable<Database['invitations']>;

export type InvitationServices = ChangeServices & Pick<AppServices, 'server' | 'mail'>;

/** How long an invitation may be accepted, in milliseconds. */
export const invitationMs = 7 * 24 * 60 * 60 * 1000;

export interface InviteInput {
  readonly email: string;
  readonly role: Role;
  /** A member without a user, who becomes the one who accepts. */
  readonly member?: string | undefined;
}

/** The link exists only in what this resolves to, and in the mail. */
export interface Invited {
  readonly row: InvitationRow;
  readonly link: Secret;
}

export function invite(
  services: InvitationServices,
  actor: Actor,
  { email, role: wanted, member }: InviteInput,
): Promise<Invited> {
  requirePermission(actor, 'invitation.create');
  requireManaging(actor, wanted);
  const { organizationId, memberId } = actor;
  return commitChange(services, actor, async (db) => {
    await refuseMember(db, email);
    const role = member === undefined ? wanted : await requireUnclaimed(db, member, actor);
    const now = services.clock();
    const { token, hash } = issueInvitationToken(organizationId);
    const row = await db
      .insertInto('invitations')
      .values({
        id: newId(),
        organization_id: organizationId,
        email,
        role,
        member_id: member ?? null,
        hash,
        invited_by: memberId,
        created_at: new Date(now),
        expires_at: new Date(now + invitationMs),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return {
      result: { row, link: linkOf(services, token) },
      record: {
        kind: 'invitation.created',
        change: { id: row.id, email, role, memberId: member ?? null },
      },
      events: [],
    };
  });
}

/** The link from before opens nothing any more, and time begins anew. */
export function resendInvitation(
  services: InvitationServices,
  actor: Actor,
  id: string,
): Promise<Invited> {
  requirePermission(actor, 'invitation.create');
  const { organizationId } = actor;
  return commitChange(services, actor, async (db) => {
    const before = await requireOpen(db, id);
    requireManaging(actor, before.role);
    const { token, hash } = issueInvitationToken(organizationId);
    const row = await db
      .updateTable('invitations')
      .set({ hash, expires_at: new Date(services.clock() + invitationMs) })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return {
      result: { row, link: linkOf(services, token) },
      record: { kind: 'invitation.resent', change: { id, email: row.email, role: row.role } },
      events: [],
    };
  });
}

export function revokeInvitation(
  services: ChangeServices,
  actor: Actor,
  id: string,
): Promise<string> {
  requirePermission(actor, 'invitation.revoke');
  return commitChange(services, actor, async (db) => {
    const row = await requireOpen(db, id);
    requireManaging(actor, row.role);
    await db
      .updateTable('invitations')
      .set({ revoked_at: new Date(services.clock()) })
      .where('id', '=', id)
      .execute();
    return {
      result: id,
      record: { kind: 'invitation.revoked', change: { id, email: row.email, role: row.role } },
      events: [],
    };
  });
}

export function selectInvitations(db: TenantDb): Promise<InvitationRow[]> {
  return db.selectFrom('invitations').selectAll().orderBy('created_at').orderBy('id').execute();
}

async function requireOpen(db: TenantDb, id: string): Promise<InvitationRow> {
  const row = await db
    .selectFrom('invitations')
    .selectAll()
    .where('id', '=', id)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  if (row) return row;
  throw new AppError('not_found', `There is no open invitation ${id}.`);
}

async function refuseMember(db: TenantDb, email: string): Promise<void> {
  const member = await db
    .selectFrom('members')
    .innerJoin('users', 'users.id', 'members.user_id')
    .where('users.email', '=', email)
    .select('members.id')
    .executeTakeFirst();
  if (!member) return;
  throw new AppError('conflict', `${email} is a member already.`);
}

async function requireUnclaimed(db: TenantDb, id: string, actor: Actor): Promise<Role> {
  const member = await db
    .selectFrom('members')
    .select(['user_id', 'role'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (member?.user_id !== null) {
    throw new AppError('conflict', 'This is no member, or one who signs in already.');
  }
  requireManaging(actor, member.role);
  return member.role;
}

/** Below the base URL, whatever host the request named. */
function linkOf({ server }: InvitationServices, token: Secret): Secret {
  return new Secret(`${server.urls.base}/invitation/${token.reveal()}`);
}
