export interface StopRequest extends Disposable {
  /** Aborts at the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Resolves then. */
  readonly requested: Promise<void>;
}

/** Waits for SIGINT or SIGTERM. A second one ends the process at once. */
export function untilStopped(): StopRequest {
  const stopping = new AbortController();
  const { promise: requested, resolve } = Promise.withResolvers<void>();
  const stop = () => {
    if (stopping.signal.aborted) process.exit(130);
    stopping.abort();
    resolve();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    signal: stopping.signal,
    requested,
    [Symbol.dispose]() {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}
