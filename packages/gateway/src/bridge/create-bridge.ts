import type { Envelope, Upstream } from '@plugboard/protocol';

import type { Attribution } from '../call/attribution.ts';
import type { Upstreams } from '../ports.ts';
import { createOpenQuestions, type OpenQuestions } from './open-questions.ts';
import { createOwnConnections, type OwnConnections } from './own-connections.ts';
import { createParkedCalls, type ParkedCalls } from './parked-calls.ts';
import { createUnclaimedRequests } from './unclaimed-requests.ts';

/** What stands between clients and servers beyond single calls. */
export interface Bridge extends Disposable {
  readonly own: OwnConnections;
  readonly parked: ParkedCalls;
  readonly questions: OpenQuestions;
  /** Hears failures that nobody can be told of in full. */
  readonly onError: (error: unknown) => void;
  /** Takes a server's `notifications/cancelled` that came outside of any request. */
  hearCancelled(upstream: Upstream, message: Envelope): void;
}

/** Hears what servers ask until it is disposed of, and then ends the calls that wait here. */
export function createBridge(services: {
  readonly upstreams: Upstreams;
  readonly attribution: Attribution;
  readonly onError: (error: unknown) => void;
}): Bridge {
  const questions = createOpenQuestions();
  const parked = createParkedCalls();
  const stop = services.upstreams.onRequest(createUnclaimedRequests(services));
  return {
    own: createOwnConnections(services.upstreams),
    parked,
    questions,
    onError: services.onError,
    hearCancelled: (upstream, message) => questions.withdraw(upstream, message),
    [Symbol.dispose]() {
      stop();
      parked[Symbol.dispose]();
    },
  };
}
