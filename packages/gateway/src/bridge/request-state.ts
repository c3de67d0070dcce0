import { AppError } from '@plugboard/contracts';
import { digestParams } from '@plugboard/protocol';

import { StateRefused } from '../call/refusal.ts';
import type { StateSealer } from '../ports.ts';

/** How long a client may take over an answer, in milliseconds. */
export const stateLifeMs = 5 * 60_000;
/** A server's own state goes through the client and back with each round. */
const maxUpstreamState = 512 * 1024;

/** What a state is for; it opens for nothing else. */
export interface StateSubject {
  readonly organizationId: string;
  readonly agentId: string;
  /** The member for whom the agent acts. */
  readonly memberId?: string | undefined;
  readonly instanceId: string;
  readonly method: string;
  /** Raw `params` as the client sent them. */
  readonly params: Buffer;
}

/** What a client keeps between two rounds of a call. */
export type KeptState =
  /** A call that waits here, and which of its rounds this answers. */
  | { readonly kind: 'parked'; readonly parkId: string; readonly round: number }
  /** What the server itself wants back. */
  | { readonly kind: 'upstream'; readonly state: string }
  /** The call is to be made once more; these are the keys of what must have been accepted. */
  | { readonly kind: 'again'; readonly keys: readonly string[] };

/** Seals what a client is to bring back, for `stateLifeMs` from `now` (epoch ms). */
export function sealState(
  sealer: StateSealer,
  subject: StateSubject,
  kept: KeptState,
  now: number,
): string {
  if (kept.kind === 'upstream' && kept.state.length > maxUpstreamState) {
    throw new AppError(
      'upstream_failed',
      `The server wants ${kept.state.length} characters of state kept; ${maxUpstreamState} are the most.`,
    );
  }
  const plain = JSON.stringify({ expiresAt: now + stateLifeMs, kept });
  return sealer.seal(Buffer.from(plain), contextOf(subject));
}

/** Throws `StateRefused` for a state that was changed, is another's, is for another call, or too old. */
export function openState(
  sealer: StateSealer,
  subject: StateSubject,
  sealed: string,
  now: number,
): KeptState {
  const plain = sealer.open(sealed, contextOf(subject));
  if (!plain) {
    throw new StateRefused(
      'state_invalid',
      'requestState is not what this call was given: send it back unchanged, with the same parameters, as the same agent.',
    );
  }
  // Nobody else can make one that opens, so it is of the form that was sealed.
  const { expiresAt, kept }: { expiresAt: number; kept: KeptState } = JSON.parse(plain.toString());
  if (expiresAt <= now) {
    throw new StateRefused('state_expired', 'requestState has expired; start the call again.');
  }
  return kept;
}

function contextOf(subject: StateSubject): string {
  const { organizationId, agentId, memberId, instanceId, method, params } = subject;
  const digest = digestParams(params).toString('base64url');
  return JSON.stringify([organizationId, agentId, memberId, instanceId, method, digest]);
}
