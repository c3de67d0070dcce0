import type { Member } from '@plugboard/contracts/api';

import { useMay, useMe } from '../../shell/use-me.ts';
import type { Role } from './role-words.ts';

interface MayMember {
  readonly setRole: boolean;
  readonly suspend: boolean;
  readonly reinstate: boolean;
  readonly resetLink: boolean;
  readonly remove: boolean;
}

/** What may be done to a member; the server decides the rest. */
export function useMayMember(): (member: Pick<Member, 'id' | 'role' | 'state'>) => MayMember {
  const may = useMay();
  const me = useMe();
  return ({ id, role, state }) => {
    const own = id === me.memberId;
    const manages = may('member.suspend') && (me.role === 'owner' || role !== 'owner');
    return {
      setRole: own ? me.role === 'owner' : manages && may('member.set_role'),
      suspend: !own && manages && state === 'active',
      reinstate: !own && manages && state === 'suspended',
      resetLink: !own && manages && may('member.reset_link'),
      remove: own || (manages && may('member.remove')),
    };
  };
}

/** The roles that one may give: only owners make owners. */
export function useGivableRoles(): readonly Role[] {
  const { role } = useMe();
  return role === 'owner'
    ? ['owner', 'admin', 'member', 'auditor']
    : ['admin', 'member', 'auditor'];
}
