import { AppError } from '@plugboard/contracts';

/** Rejects when the signal aborts; the caller then ends what was begun. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(cancelled());
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
    promise.catch(() => undefined);
  }
}

/** To be asked between steps, and before what cannot be taken back. */
export function refuseAborted(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled();
}

function cancelled(): AppError {
  return new AppError('cancelled', 'It was cancelled; nothing was left behind.');
}
