const firstMs = 500;
const longestMs = 60_000;

/** Milliseconds before the next try, doubling, of which a random half is taken off (`random` in [0, 1)). */
export function nextWaitMs(failures: number, random: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(failures, 20)) * (1 - random / 2);
}
