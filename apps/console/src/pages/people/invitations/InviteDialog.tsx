import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { fieldErrors } from '../../../api/errors.ts';
import { Field } from '../../../ui/Field.tsx';
import { FormDialog } from '../../../ui/FormDialog.tsx';
import { TextInput } from '../../../ui/TextInput.tsx';
import type { Role } from '../role-words.ts';
import { RoleField } from '../RoleField.tsx';
import { InvitationLink } from './InvitationLink.tsx';

/** Asks somebody in, and shows their link this once. */
export function InviteDialog({ onClose }: { readonly onClose: () => void }) {
  const client = useQueryClient();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('member');
  const invite = useMutation({
    mutationFn: () => api.members.invitations.create({ email, role }),
    onSuccess: () => client.invalidateQueries({ queryKey: orpc.members.key() }),
    onError: () => undefined,
    gcTime: 0,
  });
  const errors = fieldErrors(invite.error);
  return (
    <FormDialog
      title={invite.data ? 'Their link' : 'Invite somebody'}
      action="Invite"
      busy={invite.isPending}
      error={invite.error}
      onSubmit={() => invite.mutate()}
      onClose={onClose}
      done={invite.data && <InvitationLink invitation={invite.data} />}
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
    </FormDialog>
  );
}
