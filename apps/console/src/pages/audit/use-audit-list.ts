import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';

import { api, orpc } from '../../api/client.ts';
import { useLiveEvents } from '../../shell/live.tsx';
import type { AuditFilter } from './audit-search.ts';

const pageSize = 100;
/** More than these are told of as "many". */
export const mostNew = 100;

/** The records that a filter leaves, newest first, page by page, and how many came since. Give a stable filter. */
export function useAuditList(filter: AuditFilter) {
  const client = useQueryClient();
  const options = orpc.audit.list.infiniteOptions({
    input: (before: number | undefined) => ({
      ...filter,
      limit: pageSize,
      ...(before !== undefined && { before }),
    }),
    initialPageParam: undefined,
    getNextPageParam: ({ next }) => next,
    // Records never change: what is here is true for ever.
    staleTime: Infinity,
  });
  const list = useInfiniteQuery(options);
  const entries = (list.data?.pages ?? []).flatMap((page) => page.entries);
  const fresh = useFresh(filter, list.isSuccess, entries[0]);
  const showNew = () => void client.resetQueries({ queryKey: options.queryKey, exact: true });
  return { list, entries, fresh, showNew };
}

/** So long after an event is looked for what is new: calls come in bursts. */
const restMs = 1500;

/** How many records came since the newest that is shown, as far as events tell that any may have. */
function useFresh(
  filter: AuditFilter,
  enabled: boolean,
  newest: { readonly seq: number; readonly at: string } | undefined,
) {
  const [found, setFound] = useState({ after: 0, count: 0 });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isOpen = enabled && filter.until === undefined;
  const seq = newest?.seq ?? 0;
  const at = newest?.at;
  const look = useCallback(async () => {
    timer.current = undefined;
    const since = at ?? filter.since;
    try {
      const { entries } = await api.audit.list({
        ...filter,
        ...(since !== undefined && { since }),
        limit: mostNew,
      });
      setFound({ after: seq, count: entries.filter((entry) => entry.seq > seq).length });
    } catch {
      // The next event asks again.
    }
  }, [filter, seq, at]);
  const listen = useCallback(() => {
    if (isOpen) timer.current ??= setTimeout(() => void look(), restMs);
  }, [isOpen, look]);
  useLiveEvents(listen);
  useEffect(() => () => clearTimeout(timer.current), []);
  return found.after === seq ? found.count : 0;
}
