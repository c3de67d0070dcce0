import type { Member } from '@plugboard/contracts/api';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { useMe } from '../../../shell/use-me.ts';
import { FormDialog } from '../../../ui/FormDialog.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';
import { RoleField } from '../RoleField.tsx';
import { useMemberActions } from './use-member-actions.ts';

export interface MemberDialogProps {
  readonly member: Member;
  readonly onClose: () => void;
}

/** Gives a member another role. */
export function RoleDialog({ member, onClose }: MemberDialogProps) {
  const me = useMe();
  const actions = useMemberActions();
  const [role, setRole] = useState(member.role);
  const own = member.id === me.memberId;
  const change = useMutation({
    mutationFn: () => actions.setRole(member, role),
    onSuccess() {
      onClose();
      // What one may do oneself is known from when the page was loaded.
      if (own) location.reload();
    },
    onError: () => undefined,
  });
  return (
    <FormDialog
      title={`The role of ${visibleText(member.name)}`}
      width="small"
      action="Give this role"
      busy={change.isPending}
      disabled={role === member.role}
      error={change.error}
      onSubmit={() => change.mutate()}
      onClose={onClose}
    >
      <RoleField value={role} onValue={setRole} />
      <p className="text-sm text-soft">
        {own
          ? 'You step down. Only another owner can make you an owner again.'
          : 'They have to sign in again. A directory’s groups no longer change a role that was set here.'}
      </p>
    </FormDialog>
  );
}
