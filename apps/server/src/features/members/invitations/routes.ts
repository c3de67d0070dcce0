import type { Invitation, NewInvitation } from '@plugboard/contracts/api';

import type { ApiContext } from '../../../http/api/context.ts';
import { api } from '../../../http/api/context.ts';
import { withTenant } from '../../../store/tenant.ts';
import { invitationMail } from '../../people/mail/mails.ts';
import { recordRefusal } from '../record-refusal.ts';
import { requirePermission } from '../require.ts';
import {
  type InvitationRow,
  type Invited,
  invite,
  resendInvitation,
  revokeInvitation,
  selectInvitations,
} from './service.ts';

const routes = api.members.invitations;

export const invitationsRouter = routes.router({
  list: routes.list.handler(async ({ context: { actor, services } }) => {
    requirePermission(actor, 'invitation.read');
    const rows = await withTenant(services.db, actor.organizationId, selectInvitations);
    return { invitations: rows.map((row) => presentInvitation(row, services.clock())) };
  }),
  create: routes.create.handler(async ({ context, input }) =>
    sendInvitation(
      context,
      await recordRefusal(context.services, context.actor, 'invitation.create', () =>
        invite(context.services, context.actor, input),
      ),
    ),
  ),
  resend: routes.resend.handler(async ({ context, input }) =>
    sendInvitation(
      context,
      await resendInvitation(context.services, context.actor, input.invitation),
    ),
  ),
  revoke: routes.revoke.handler(async ({ context: { actor, services }, input }) => ({
    id: await revokeInvitation(services, actor, input.invitation),
  })),
});

async function sendInvitation(
  { actor, services }: ApiContext,
  { row, link }: Invited,
): Promise<NewInvitation> {
  const { name } = await withTenant(services.db, actor.organizationId, (tx) =>
    tx.selectFrom('organizations').select('name').executeTakeFirstOrThrow(),
  );
  const mailed = await services.mail.send(invitationMail(row.email, name, link));
  return { ...presentInvitation(row, services.clock()), link: link.reveal(), mailed };
}

function presentInvitation(row: InvitationRow, now: number): Invitation {
  return {
    id: row.id,
    email: row.email,
    role: row.role,
    state: stateOf(row, now),
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
  };
}

function stateOf(row: InvitationRow, now: number): Invitation['state'] {
  if (row.accepted_at !== null) return 'accepted';
  if (row.revoked_at !== null) return 'revoked';
  return row.expires_at.getTime() <= now ? 'expired' : 'open';
}
