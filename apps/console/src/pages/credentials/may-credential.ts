import type { CredentialView } from '@plugboard/contracts/api';

import { useMay, useMe } from '../../shell/use-me.ts';

interface Allowed {
  /** To change, test, replace and roll back. */
  readonly manage: boolean;
  readonly destroy: boolean;
}

/** What may be done to a credential; the server decides the rest. */
export function useMayCredential(): (credential: Pick<CredentialView, 'owner'>) => Allowed {
  const may = useMay();
  const { memberId } = useMe();
  return ({ owner }) => {
    const manage =
      owner.kind === 'member'
        ? owner.id === memberId && may('credential.manage_own')
        : may('credential.manage') ||
          // Of agents' credentials a member sees those of their own agents alone.
          (owner.kind === 'agent' && may('credential.manage_own'));
    return { manage, destroy: manage || may('credential.destroy') };
  };
}
