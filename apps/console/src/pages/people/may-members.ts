import type { Member } from '@plugboard/contracts/api';

import { useMe } from '../../shell/use-me.ts';
import type { Role } from './role-words.ts';

interface MayMember {
  readonly setRole: boolean;
  readonly suspend: boolean;
  readonly reinstate: boolean;
  readonly resetLink: boolean;
  readonly remove: boolean;
}

/** Whether one manages others. What may be done to others alone is not in what `useMay` knows. */
export function useManages(): boolean {
  const { role } = useMe();
  return role === 'owner' || role === 'admin';
}

/** What may be done to a member; the server decides the rest. */
export function useMayMember(): (member: Pick<Member, 'id' | 'role' | 'state'>) => MayMember {
  const manager = useManages();
  const me = useMe();
  return ({ id, role, state }) => {
    const own = id === me.memberId;
    const manages = manager && (me.role === 'owner' || role !== 'owner');
    return {
      setRole: own ? me.role === 'owner' : manages,
      suspend: !own && manages && state === 'active',
      reinstate: !own && manages && state === 'suspended',
      resetLink: !own && manages,
      remove: own || manages,
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
