import { AppError } from '@plugboard/contracts';

import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import { type ChangeServices, commitChange } from '../change.ts';
import {
  type InvitationToken,
  parseInvitationToken,
} from '../members/invitations/invitation-token.ts';
import { mayManage, type Role } from '../members/policy.ts';
import type { TenantDb } from '../tenant-db.ts';
import { becomeMember } from './become-member.ts';

export interface OpenInvitation {
  readonly id: string;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly email: string;
  readonly role: Role;
  readonly memberId: string | undefined;
  /** Whether the address has an account that they sign in to. */
  readonly hasUser: boolean;
}

/** The invitation of a link. Throws `AppError('not_found')`, the same for each reason. */
export async function findInvitation(
  { db, clock }: Pick<AppServices, 'db' | 'clock'>,
  text: string,
): Promise<OpenInvitation> {
  const token = parseInvitationToken(text);
  if (!token) throw gone();
  const { invitation, name } = await withTenant(db, token.organizationId, async (tx) => {
    const row = await selectOpen(tx, token, clock());
    const organization = await tx.selectFrom('organizations').select('name').executeTakeFirst();
    return { invitation: row, name: organization?.name ?? '' };
  });
  const user = await db
    .selectFrom('users')
    .select('id')
    .where('email', '=', invitation.email)
    .executeTakeFirst();
  return {
    id: invitation.id,
    organizationId: token.organizationId,
    organizationName: name,
    email: invitation.email,
    role: invitation.role,
    memberId: invitation.member_id ?? undefined,
    hasUser: user !== undefined,
  };
}

/** Makes a user the member that a link invites, once; only the user of the invited address. */
export async function acceptInvitation(
  services: ChangeServices,
  text: string,
  user: { readonly id: string; readonly name: string; readonly email: string },
): Promise<string> {
  const token = parseInvitationToken(text);
  if (!token) throw gone();
  const { organizationId } = token;
  return commitChange(services, { organizationId }, async (tx) => {
    const row = await selectOpen(tx, token, services.clock());
    if (row.email !== user.email) {
      throw new AppError('forbidden', 'This invitation is for another e-mail address.', {
        details: { reason: 'other_email' },
      });
    }
    const memberId = await becomeMember(tx, {
      organizationId,
      userId: user.id,
      name: user.name,
      role: row.role,
      source: 'invitation',
      memberId: row.member_id ?? undefined,
    });
    await tx
      .updateTable('invitations')
      .set({ accepted_at: new Date(services.clock()) })
      .where('id', '=', row.id)
      .execute();
    return {
      result: memberId,
      record: {
        kind: 'member.joined',
        change: { id: memberId, role: row.role, source: 'invitation', invitationId: row.id },
      },
      events: [{ kind: 'access', organizationId }],
    };
  });
}

/** Locked until the transaction ends. Who invited must still be able to. */
async function selectOpen(tx: TenantDb, { hash }: InvitationToken, now: number) {
  const row = await tx
    .selectFrom('invitations')
    .selectAll()
    .where('hash', '=', hash)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', new Date(now))
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw gone();
  const inviter = await tx
    .selectFrom('members')
    .select('role')
    .where('id', '=', row.invited_by)
    .where('suspended_at', 'is', null)
    .executeTakeFirst();
  if (!inviter || !mayManage(inviter, row.role)) throw gone();
  return row;
}

function gone(): AppError {
  return new AppError(
    'not_found',
    'This invitation is unknown, used, revoked or expired. Ask who invited you for another.',
  );
}
