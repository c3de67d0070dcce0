/**
 * Runs work that tells of its progress and yields what it tells, then its failure if it fails. When
 * the reader leaves early the work is aborted, and waited for so that it can clean up.
 */
export async function* streamProgress<E>(
  work: (emit: (event: E) => void, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<E, void, void> {
  const leaving = new AbortController();
  const told: E[] = [];
  let wake = Promise.withResolvers<void>();
  let done = false;
  const emit = (event: E) => {
    told.push(event);
    wake.resolve();
  };
  const working = work(emit, AbortSignal.any([signal, leaving.signal])).finally(() => {
    done = true;
    wake.resolve();
  });
  // Awaited below; a reader that leaves must not make it an unhandled rejection.
  working.catch(() => undefined);
  try {
    for (;;) {
      yield* told.splice(0);
      if (done && told.length === 0) break;
      await wake.promise;
      wake = Promise.withResolvers<void>();
      if (done) wake.resolve();
    }
    await working;
  } finally {
    leaving.abort();
    await working.catch(() => undefined);
  }
}
