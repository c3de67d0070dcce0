import type { LiveCall, LiveEvent } from '@plugboard/contracts/api';
import { useCallback, useState } from 'react';

import { useLiveEvents } from '../../shell/live.tsx';

/** The first call that comes while this is looked at. */
export function useFirstCall(): LiveCall | undefined {
  const [first, setFirst] = useState<LiveCall>();
  useLiveEvents(
    useCallback((event: LiveEvent) => {
      if (event.type === 'call') setFirst((known) => known ?? event.call);
    }, []),
  );
  return first;
}
