import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';

import { orpc } from '../../api/client.ts';

const pageSize = 40;

/** Servers that fit, a page at a time. What was found before stays until the next is there. */
export function useServers(q: string, enabled: boolean) {
  return useInfiniteQuery(
    orpc.catalog.search.infiniteOptions({
      input: (cursor: string | undefined) => ({
        q,
        limit: pageSize,
        ...(cursor !== undefined && { cursor }),
      }),
      initialPageParam: undefined,
      getNextPageParam: ({ nextCursor }) => nextCursor,
      placeholderData: keepPreviousData,
      enabled,
    }),
  );
}

/** Tools that fit. */
export function useTools(q: string, enabled: boolean) {
  return useInfiniteQuery(
    orpc.catalog.tools.infiniteOptions({
      input: (cursor: string | undefined) => ({
        q,
        limit: pageSize,
        ...(cursor !== undefined && { cursor }),
      }),
      initialPageParam: undefined,
      getNextPageParam: ({ nextCursor }) => nextCursor,
      placeholderData: keepPreviousData,
      enabled,
    }),
  );
}

/** The shelves. They change slowly. */
export function useHighlights() {
  return useQuery(orpc.catalog.highlights.queryOptions({ staleTime: 5 * 60_000 }));
}
