/**
 * Waits for several things that are made at once. When one fails those that were made are disposed
 * of, and the first failure, in the order given, is thrown.
 */
export async function settleAll<T extends readonly unknown[]>(makings: {
  readonly [K in keyof T]: Promise<T[K]>;
}): Promise<T> {
  const results = await Promise.allSettled(makings);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) {
    for (const result of results.toReversed()) {
      if (result.status === 'fulfilled' && isAsyncDisposable(result.value)) {
        await result.value[Symbol.asyncDispose]();
      }
    }
    throw failed.reason;
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every one of them was fulfilled
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as T;
}

function isAsyncDisposable(value: unknown): value is AsyncDisposable {
  return typeof value === 'object' && value !== null && Symbol.asyncDispose in value;
}
