import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { fieldErrors, readError } from '../../../api/errors.ts';
import { Button } from '../../../ui/Button.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Problem } from '../../../ui/ErrorState.tsx';
import { Field } from '../../../ui/Field.tsx';
import { TextInput } from '../../../ui/TextInput.tsx';
import type { Role } from '../role-words.ts';
import { RoleField } from '../RoleField.tsx';
import { InvitationLink } from './InvitationLink.tsx';

/** Asks somebody in, and shows their link this once. */
export function InviteDialog({ onClose }: { readonly onClose: () => void }) {
  const form = useId();
  const client = useQueryClient();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('member');
  const invite = useMutation({
    mutationFn: () => api.members.invitations.create({ email, role }),
    onSuccess: () => client.invalidateQueries({ queryKey: orpc.members.key() }),
    onError: () => undefined,
    gcTime: 0,
  });
  const errors = invite.error === null ? {} : fieldErrors(readError(invite.error));
  return (
    <Dialog
      open
      onOpen={(open) => !open && onClose()}
      title={invite.data ? 'Their link' : 'Invite somebody'}
      footer={
        invite.data ? (
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" form={form} variant="primary" busy={invite.isPending}>
              Invite
            </Button>
          </>
        )
      }
    >
      {invite.data ? (
        <InvitationLink invitation={invite.data} />
      ) : (
        <form
          id={form}
          className="flex flex-col gap-4"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (!invite.isPending) invite.mutate();
          }}
        >
          <Field
            label="E-mail address"
            required
            error={errors['email']}
            about="Only who signs in with this address can accept."
          >
            <TextInput
              type="email"
              value={email}
              autoComplete="off"
              placeholder="ann@example.com"
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
          </Field>
          <RoleField value={role} onValue={setRole} />
          <Problem error={invite.error} />
        </form>
      )}
    </Dialog>
  );
}
