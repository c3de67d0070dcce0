import { withMember } from '@plugboard/protocol';

import { StateRefused } from '../call/refusal.ts';
import type { Round } from './brought-input.ts';

/** Raw `params` with the server's own state where the client brought it sealed. */
export function withOwnState(
  params: Buffer | undefined,
  round: Round | undefined,
): Buffer | undefined {
  if (!params || !round?.kept) return params;
  const { kept } = round;
  // A call that is made once more begins anew.
  if (kept.kind === 'again') return round.params;
  if (kept.kind !== 'upstream') throw serverChanged();
  return withMember(params, ['requestState'], JSON.stringify(kept.state));
}

/** The server has been replaced by one of the other era since the call began. */
export function serverChanged(): StateRefused {
  return new StateRefused(
    'state_expired',
    'The server has changed since the call began; start the call again.',
  );
}
