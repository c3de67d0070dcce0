import type { Invitation, NewInvitation } from '@plugboard/contracts/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { MailPlus } from 'lucide-react';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { useMay, useMe } from '../../../shell/use-me.ts';
import { ButtonLink } from '../../../ui/ButtonLink.tsx';
import { Card } from '../../../ui/Card.tsx';
import { ConfirmDialog } from '../../../ui/ConfirmDialog.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { SkeletonRows } from '../../../ui/Skeleton.tsx';
import { InvitationLink } from './InvitationLink.tsx';
import { InvitationRow } from './InvitationRow.tsx';

/** Who was asked in, and what became of it. */
export function InvitationsTab() {
  const may = useMay();
  const me = useMe();
  const client = useQueryClient();
  const list = useQuery(orpc.members.invitations.list.queryOptions());
  const [resent, setResent] = useState<NewInvitation>();
  const [revoking, setRevoking] = useState<Invitation>();
  const resend = useMutation({
    mutationFn: ({ id }: Invitation) => api.members.invitations.resend({ invitation: id }),
    onSuccess(invitation) {
      setResent(invitation);
      void client.invalidateQueries({ queryKey: orpc.members.invitations.key() });
    },
    gcTime: 0,
  });
  const mayTouch = ({ role, state }: Invitation) =>
    state === 'open' && may('invitation.create') && (role !== 'owner' || me.role === 'owner');
  const invitations = list.data?.invitations ?? [];
  return (
    <Card>
      {list.isPending && <SkeletonRows rows={3} />}
      {list.isError && (
        <ErrorState
          error={list.error}
          title="The invitations could not be read"
          onRetry={() => void list.refetch()}
        />
      )}
      {list.isSuccess && invitations.length === 0 && (
        <EmptyState
          icon={<MailPlus aria-hidden />}
          title="Nobody was invited yet"
          action={
            may('invitation.create') && (
              <ButtonLink
                to="/people"
                search={{ tab: 'invitations', invite: true }}
                variant="primary"
              >
                Invite the first
              </ButtonLink>
            )
          }
        >
          An invitation is a link for one e-mail address. It works for seven days.
        </EmptyState>
      )}
      {invitations.length > 0 && (
        <ul aria-label="Invitations" className="divide-y divide-line">
          {invitations.map((invitation) => (
            <InvitationRow
              key={invitation.id}
              invitation={invitation}
              busy={resend.isPending && resend.variables.id === invitation.id}
              {...(mayTouch(invitation) && {
                onResend: () => resend.mutate(invitation),
                onRevoke: () => setRevoking(invitation),
              })}
            />
          ))}
        </ul>
      )}
      <Dialog
        open={resent !== undefined}
        onOpen={(open) => {
          if (open) return;
          setResent(undefined);
          resend.reset();
        }}
        title="Their new link"
        about="The one before opens nothing any more."
      >
        {resent && <InvitationLink invitation={resent} />}
      </Dialog>
      <ConfirmDialog
        open={revoking !== undefined}
        onOpen={(open) => !open && setRevoking(undefined)}
        title={`Take the invitation of ${revoking?.email ?? ''} back?`}
        action="Take it back"
        onConfirm={async () => {
          if (!revoking) return;
          await api.members.invitations.revoke({ invitation: revoking.id });
          await client.invalidateQueries({ queryKey: orpc.members.invitations.key() });
          tellDone('The invitation is taken back');
        }}
      >
        Its link opens nothing any more. You can invite them again.
      </ConfirmDialog>
    </Card>
  );
}
