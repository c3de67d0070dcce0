import { AppError } from '@plugboard/contracts';

/** Counts what an agent has under way, so that one agent cannot occupy the gateway. */
export interface Limiter {
  /** Takes a place until it is disposed of. Throws `rate_limited` when none is free. */
  enter(agentId: string): Disposable;
}

/** `what` is counted, as in `calls under way`. */
export function createLimiter(maxInFlightPerAgent: number, what = 'calls under way'): Limiter {
  const inFlight = new Map<string, number>();

  function leave(agentId: string): void {
    const left = (inFlight.get(agentId) ?? 1) - 1;
    if (left === 0) inFlight.delete(agentId);
    else inFlight.set(agentId, left);
  }

  return {
    enter(agentId) {
      const count = inFlight.get(agentId) ?? 0;
      if (count >= maxInFlightPerAgent) {
        throw new AppError(
          'rate_limited',
          `This agent already has ${count} ${what}, the most it may have; wait for one to end.`,
          { retryAfterMs: 1000 },
        );
      }
      inFlight.set(agentId, count + 1);
      return { [Symbol.dispose]: () => leave(agentId) };
    },
  };
}
