import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';

import { readError } from './errors.ts';
import { forgetOrganization } from './organization.ts';

/** Told what a mutation failed with that has no `onError` of its own. */
type Tell = (message: string) => void;

/**
 * Everything that the console knows of the server. Nothing is asked anew by time: live events say
 * what changed (`shell/use-live.ts`).
 */
export function createQueryClient(tell: Tell): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
    mutationCache: new MutationCache({
      onError(error, _variables, _result, mutation) {
        leaveWhenSignedOut(error);
        if (mutation.options.onError === undefined) tell(readError(error).message);
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        retry: (failures, error) => failures < 2 && isWorthRetrying(error),
        refetchOnWindowFocus: false,
      },
    },
  });
}

function isWorthRetrying(error: unknown): boolean {
  return ['unreachable', 'unavailable'].includes(readError(error).code);
}

/** A session that ended is for the whole window: it signs in and comes back to where it was. */
function leaveWhenSignedOut(error: unknown): void {
  const { code, details } = readError(error);
  if (code === 'unauthenticated') {
    const here = location.pathname + location.search;
    location.assign(`/sign-in?next=${encodeURIComponent(here)}`);
  }
  if (code === 'forbidden' && details['reason'] === 'no_member') forgetOrganization();
}
