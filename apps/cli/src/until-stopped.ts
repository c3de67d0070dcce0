import { exitCodes } from './cli-error.ts';

export interface StopRequest extends Disposable {
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** Resolves then. */
  readonly requested: Promise<void>;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Waits for the wish to stop. Who wishes twice is not kept waiting: the process ends at once. */
export function untilStopped(): StopRequest {
  const stopping = new AbortController();
  const { promise: requested, resolve } = Promise.withResolvers<void>();
  const stop = (): void => {
    if (stopping.signal.aborted) process.exit(exitCodes.interrupted);
    stopping.abort();
    resolve();
  };
  for (const name of signals) process.on(name, stop);
  return {
    signal: stopping.signal,
    requested,
    [Symbol.dispose]() {
      for (const name of signals) process.off(name, stop);
    },
  };
}
