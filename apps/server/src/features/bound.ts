/** How much of something is let through in a time, and how much was not since. */
export interface Bound {
  /** `leftOut` is how many of that key were beyond the bound before it was within again. */
  take(key: string): { readonly isWithin: boolean; readonly leftOut: number };
}

const mostKeys = 10_000;

export function createBound(
  clock: () => number,
  { most, perMs }: { readonly most: number; readonly perMs: number },
): Bound {
  const counts = new Map<string, { since: number; count: number; leftOut: number }>();
  return {
    take(key) {
      const now = clock();
      const entry = counts.get(key) ?? { since: now, count: 0, leftOut: 0 };
      counts.delete(key);
      counts.set(key, entry);
      if (now - entry.since >= perMs) {
        entry.since = now;
        entry.count = 0;
      }
      entry.count += 1;
      const oldest = counts.size > mostKeys ? counts.keys().next() : undefined;
      if (oldest && !oldest.done) counts.delete(oldest.value);
      if (entry.count > most) {
        entry.leftOut += 1;
        return { isWithin: false, leftOut: 0 };
      }
      const { leftOut } = entry;
      entry.leftOut = 0;
      return { isWithin: true, leftOut };
    },
  };
}
