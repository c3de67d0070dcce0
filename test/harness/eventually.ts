import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again and again until `probe` gives something other than undefined or false, and resolves with
 * that. The limit only catches what hangs: nothing is timed. What the probe threw last is the cause.
 */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  limitMs = 60_000,
): Promise<T> {
  const giveUpAt = performance.now() + limitMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > giveUpAt) {
      throw new Error(`after ${limitMs} ms still not: ${what}`, { cause });
    }
    await sleep(25);
  }
}

/** Rejects when `promise` has not settled after `limitMs`: for what would otherwise hang a test. */
export async function within<T>(what: string, promise: Promise<T>, limitMs = 60_000): Promise<T> {
  const controller = new AbortController();
  try {
    return await Promise.race([
      promise,
      sleep(limitMs, undefined, { signal: controller.signal }).then(() => {
        throw new Error(`after ${limitMs} ms still not: ${what}`);
      }),
    ]);
  } finally {
    controller.abort();
  }
}
