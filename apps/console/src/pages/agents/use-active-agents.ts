import type { LiveEvent } from '@plugboard/contracts/api';
import { useCallback, useState } from 'react';

import { useLiveEvents } from '../../shell/live.tsx';
import { useNow } from '../../ui/use-now.ts';

/** So long after its last call an agent counts as active. */
const activeMs = 60_000;

/** Tells whether an agent is at work now: by its calls as they happen, and by when it was last seen. */
export function useActiveAgents(): (agent: {
  readonly id: string;
  readonly lastSeenAt?: string | undefined;
}) => boolean {
  const [calls, setCalls] = useState<ReadonlyMap<string, number>>(new Map());
  const now = useNow();
  useLiveEvents(
    useCallback((event: LiveEvent) => {
      if (event.type !== 'call' || !event.call.agent) return;
      const { id } = event.call.agent;
      const at = Date.parse(event.call.at);
      // Often enough for a dot: a busy agent does not draw the list anew with each call.
      setCalls((known) =>
        at - (known.get(id) ?? 0) < activeMs / 4 ? known : new Map(known).set(id, at),
      );
    }, []),
  );
  return ({ id, lastSeenAt }) =>
    Math.max(calls.get(id) ?? 0, lastSeenAt === undefined ? 0 : Date.parse(lastSeenAt)) >
    now - activeMs;
}
