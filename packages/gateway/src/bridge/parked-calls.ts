import { AppError } from '@plugboard/contracts';

import { StateRefused } from '../call/refusal.ts';
import type { ParkedCall } from './parked-call.ts';
import { stateLifeMs } from './request-state.ts';

/** What one agent's clients can leave waiting here, and all agents together. */
export const maxParked = { perAgent: 64, total: 1024 } as const;

/** Calls of modern clients that wait for answers. */
export interface ParkedCalls extends Disposable {
  /** Keeps a call, from now on or longer. Throws `rate_limited` when its agent has too many. */
  keep(call: ParkedCall): void;
  /** The call, if it is this agent's. Throws `StateRefused` when nothing waits under that id. */
  find(parkId: string, agentId: string): ParkedCall;
  /** Forgets a call that has ended. */
  drop(call: ParkedCall): void;
}

interface Place {
  readonly call: ParkedCall;
  timer: NodeJS.Timeout;
}

/** Each waits for `lifeMs` from when it was last asked about something, and is then given up. */
export function createParkedCalls(lifeMs = stateLifeMs): ParkedCalls {
  const places = new Map<string, Place>();
  const counts = new Map<string, number>();

  function drop(call: ParkedCall): void {
    const place = places.get(call.id);
    if (!place) return;
    clearTimeout(place.timer);
    places.delete(call.id);
    const left = (counts.get(call.agentId) ?? 1) - 1;
    if (left === 0) counts.delete(call.agentId);
    else counts.set(call.agentId, left);
  }

  function timeOf(call: ParkedCall): NodeJS.Timeout {
    return setTimeout(() => {
      // A client that waits here keeps it, however long the server takes.
      const place = places.get(call.id);
      if (place && !call.isParked()) place.timer = timeOf(call);
      else end(call);
    }, lifeMs).unref();
  }

  function end(call: ParkedCall): void {
    drop(call);
    call[Symbol.dispose]();
  }

  return {
    keep(call) {
      const place = places.get(call.id);
      if (place) {
        clearTimeout(place.timer);
        place.timer = timeOf(call);
        return;
      }
      const count = counts.get(call.agentId) ?? 0;
      if (count >= maxParked.perAgent || places.size >= maxParked.total) {
        throw new AppError(
          'rate_limited',
          'Too many calls already wait for answers of this client; answer or let go of some first.',
          { retryAfterMs: 10_000 },
        );
      }
      counts.set(call.agentId, count + 1);
      places.set(call.id, { call, timer: timeOf(call) });
    },
    find(parkId, agentId) {
      const place = places.get(parkId);
      if (place?.call.agentId !== agentId) {
        throw new StateRefused(
          'state_expired',
          'The call that requestState belongs to no longer waits here; start the call again.',
        );
      }
      return place.call;
    },
    drop,
    [Symbol.dispose]() {
      for (const { call } of places.values()) end(call);
    },
  };
}
