import type { LiveEvent } from '@plugboard/contracts/api';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react';

import { orpc } from '../api/client.ts';
import { invalidate } from '../api/invalidate.ts';
import { hearLive, type LiveState } from '../api/live-stream.ts';
import { useMe } from './use-me.ts';

interface Live {
  readonly state: LiveState;
  readonly listen: (listener: (event: LiveEvent) => void) => () => void;
}

const LiveContext = createContext<Live | undefined>(undefined);

/** Hears what happens at the server for all of the console, and keeps what is shown true. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const client = useQueryClient();
  const { organizationId } = useMe();
  const [state, setState] = useState<LiveState>('connecting');
  const [listeners] = useState(() => new Set<(event: LiveEvent) => void>());
  useEffect(() => {
    const waiting: LiveEvent[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    // A change often comes as several events: what they touch is read once.
    const flush = () => {
      timer = undefined;
      const seen = new Set<string>();
      for (const event of waiting.splice(0)) {
        const key = event.type === 'change' ? event.about : event.type;
        if (!seen.has(key)) invalidate(client, event);
        seen.add(key);
      }
    };
    const stop = hearLive(
      organizationId,
      (event) => {
        listeners.forEach((listener) => listener(event));
        if (event.type === 'state') takeState(client, event);
        if (event.type !== 'change' && event.type !== 'missed') return;
        waiting.push(event);
        timer ??= setTimeout(flush, 150);
      },
      setState,
    );
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [client, listeners, organizationId]);
  const live = useMemo<Live>(
    () => ({
      state,
      listen(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    }),
    [state, listeners],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}

/** Whether the page is kept true by events now. */
export function useLiveState(): LiveState {
  return useLive().state;
}

/** Hears every event while the component is there; give a stable function. */
export function useLiveEvents(listener: (event: LiveEvent) => void): void {
  const { listen } = useLive();
  useEffect(() => listen(listener), [listen, listener]);
}

function useLive(): Live {
  const live = use(LiveContext);
  if (!live) throw new Error('there is no LiveProvider around this');
  return live;
}

/** A state is known whole: it is put where instances are shown without asking for them. */
function takeState(
  client: ReturnType<typeof useQueryClient>,
  { instanceId, state }: Extract<LiveEvent, { type: 'state' }>,
): void {
  client.setQueriesData(
    { queryKey: orpc.instances.list.key() },
    (known: { instances: readonly { id: string }[] } | undefined) =>
      known && {
        ...known,
        instances: known.instances.map((each) =>
          each.id === instanceId ? { ...each, state } : each,
        ),
      },
  );
  client.setQueriesData(
    { queryKey: orpc.instances.get.key() },
    (known: { id: string } | undefined) => (known?.id === instanceId ? { ...known, state } : known),
  );
  void client.invalidateQueries({ queryKey: orpc.overview.key() });
}
