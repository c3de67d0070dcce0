import type { Member } from '@plugboard/contracts/api';
import { Ban, KeyRound, LogOut, ShieldCheck, UserCheck, UserMinus } from 'lucide-react';
import { useState } from 'react';

import { useMe } from '../../../shell/use-me.ts';
import { Menu, type MenuEntry } from '../../../ui/Menu.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';
import { useMayMember } from '../may-members.ts';
import { RemoveMemberDialog } from './RemoveMemberDialog.tsx';
import { ResetLinkDialog } from './ResetLinkDialog.tsx';
import { RoleDialog } from './RoleDialog.tsx';
import { useMemberActions } from './use-member-actions.ts';

/** What may be done to one member. */
export function MemberMenu({ member }: { readonly member: Member }) {
  const me = useMe();
  const allowed = useMayMember()(member);
  const actions = useMemberActions();
  const [asking, setAsking] = useState<'role' | 'reset' | 'remove'>();
  const close = () => setAsking(undefined);
  const own = member.id === me.memberId;
  const entries: (MenuEntry | false)[] = [
    allowed.setRole && {
      label: 'Change the role',
      icon: <ShieldCheck aria-hidden />,
      onSelect: () => setAsking('role'),
    },
    allowed.resetLink && {
      label: 'Make a reset link',
      icon: <KeyRound aria-hidden />,
      onSelect: () => setAsking('reset'),
    },
    allowed.suspend && {
      label: 'Suspend',
      icon: <Ban aria-hidden />,
      onSelect: () => actions.suspend(member),
    },
    allowed.reinstate && {
      label: 'Reinstate',
      icon: <UserCheck aria-hidden />,
      onSelect: () => actions.reinstate(member),
    },
    allowed.remove && {
      label: own ? 'Leave the organization' : 'Remove',
      icon: own ? <LogOut aria-hidden /> : <UserMinus aria-hidden />,
      onSelect: () => setAsking('remove'),
      danger: true,
      apart: true,
    },
  ];
  return (
    <>
      <Menu
        label={`Actions of ${visibleText(member.name)}`}
        entries={entries.filter((entry) => entry !== false)}
      />
      {asking === 'role' && <RoleDialog member={member} onClose={close} />}
      {asking === 'reset' && <ResetLinkDialog member={member} onClose={close} />}
      {asking === 'remove' && <RemoveMemberDialog member={member} onClose={close} />}
    </>
  );
}
