import { useSuspenseQuery } from '@tanstack/react-query';

import { orpc } from '../api/client.ts';

/** Who is signed in, and where they act. The frame has read it before any page is drawn. */
export function useMe() {
  return useSuspenseQuery(orpc.me.queryOptions({ staleTime: Infinity })).data;
}

/** Asks what the role may do: `may('instance.add')`. The server decides; this only hides what it would refuse. */
export function useMay(): (action: string) => boolean {
  const { may } = useMe();
  return (action) => may.includes(action);
}
