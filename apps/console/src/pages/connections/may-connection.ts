import type { ConnectionView } from '@plugboard/contracts/api';

import { useMay, useMe } from '../../shell/use-me.ts';

/** Whether one may connect, renew and remove it; the server decides the rest. */
export function useMayConnection(): (connection: Pick<ConnectionView, 'owner'>) => boolean {
  const may = useMay();
  const { memberId } = useMe();
  return ({ owner }) =>
    owner.kind === 'member'
      ? owner.id === memberId && may('connection.connect_own')
      : may('connection.connect_shared');
}
