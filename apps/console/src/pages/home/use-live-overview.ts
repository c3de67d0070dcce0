import type { LiveCall, LiveEvent, Overview } from '@plugboard/contracts/api';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import { orpc } from '../../api/client.ts';
import { useLiveEvents } from '../../shell/live.tsx';
import { useNow } from '../../ui/use-now.ts';
import { addCalls, withCalls } from './live-overview.ts';

/** Calls come in bursts: they are drawn a few times a second. */
const drawMs = 200;
/** What calls do not say, such as how long they take in the middle, is read anew so often while they come. */
const readAnewMs = 20_000;

/** The overview, kept true by calls as they are heard. */
export function useLiveOverview() {
  const query = useQuery(orpc.overview.get.queryOptions({}));
  const heard = useHeardCalls();
  const now = useNow();
  const { data } = query;
  const overview = useMemo<Overview | undefined>(
    () => data && withCalls(data, heard, now),
    [data, heard, now],
  );
  return { ...query, overview };
}

function useHeardCalls(): readonly LiveCall[] {
  const client = useQueryClient();
  const [heard, setHeard] = useState<readonly LiveCall[]>([]);
  const waiting = useRef<LiveCall[]>([]);
  const drawing = useRef<ReturnType<typeof setTimeout>>(undefined);
  const reading = useRef<ReturnType<typeof setTimeout>>(undefined);
  useLiveEvents(
    useCallback(
      (event: LiveEvent) => {
        if (event.type !== 'call') return;
        waiting.current.push(event.call);
        drawing.current ??= setTimeout(() => {
          drawing.current = undefined;
          const burst = waiting.current.splice(0);
          setHeard((known) => addCalls(known, burst));
        }, drawMs);
        reading.current ??= setTimeout(() => {
          reading.current = undefined;
          void client.invalidateQueries({ queryKey: orpc.overview.key() });
        }, readAnewMs);
      },
      [client],
    ),
  );
  useEffect(
    () => () => {
      clearTimeout(drawing.current);
      clearTimeout(reading.current);
      drawing.current = undefined;
      reading.current = undefined;
    },
    [],
  );
  return heard;
}
