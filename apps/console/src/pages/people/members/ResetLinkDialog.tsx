import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../../../api/client.ts';
import { Button } from '../../../ui/Button.tsx';
import { CheckboxField } from '../../../ui/CheckboxField.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Problem } from '../../../ui/ErrorState.tsx';
import { RelativeTime } from '../../../ui/RelativeTime.tsx';
import { SecretOnce } from '../../../ui/SecretOnce.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';
import type { MemberDialogProps } from './RoleDialog.tsx';

/** Makes a link by which a member sets a new password, and shows it this once. */
export function ResetLinkDialog({ member, onClose }: MemberDialogProps) {
  const [factors, setFactors] = useState(false);
  const make = useMutation({
    mutationFn: () =>
      api.members.resetLink({ member: member.id, ...(factors && { resetFactors: true }) }),
    onError: () => undefined,
    // The link is kept nowhere once the dialog is closed.
    gcTime: 0,
  });
  return (
    <Dialog
      open
      onOpen={(open) => !open && onClose()}
      title={make.data ? 'The link' : `A reset link for ${visibleText(member.name)}`}
      footer={
        make.data ? (
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button variant="primary" busy={make.isPending} onClick={() => make.mutate()}>
              Make the link
            </Button>
          </>
        )
      }
    >
      {make.data ? (
        <SecretOnce secret={make.data.link} what="the link">
          <p className="text-soft">
            Give it to nobody but them, by a way that only they read. It works once, and ends{' '}
            <RelativeTime at={make.data.expiresAt} />.
          </p>
        </SecretOnce>
      ) : (
        <div className="flex flex-col gap-4 text-sm">
          <p className="text-soft">
            Whoever opens the link sets a new password and signs in as them. Their sessions end when
            they do.
          </p>
          <CheckboxField
            checked={factors}
            onChecked={setFactors}
            label="Take their second factor and passkeys away too"
            about="For somebody who lost their device."
          />
          <Problem error={make.error} />
        </div>
      )}
    </Dialog>
  );
}
