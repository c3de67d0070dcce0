import type { ConnectionRequestView } from '@plugboard/contracts/api';

import type { RequestRow } from './requests.ts';

/** How far a sign-in has come. */
export function requestState(
  row: Pick<RequestRow, 'ended_at' | 'failure' | 'expires_at'>,
  now: number,
): ConnectionRequestView['state'] {
  if (row.failure !== null) return 'failed';
  if (row.ended_at !== null) return 'connected';
  return row.expires_at.getTime() <= now ? 'expired' : 'waiting';
}
