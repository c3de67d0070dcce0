/** What the clients of one agent may have lie in the store within `windowMs`, in bytes. */
const maxBytes = 256 * 1024 * 1024;
/** As long as the store keeps messages, in milliseconds. */
const windowMs = 10 * 60_000;
/** What a row takes besides its body. */
const rowBytes = 256;

/** Bounds what an agent can make the store keep of mail and broken streams. */
export interface StoreBudget {
  /** Whether one more message of that size may go to the store; it is counted then. */
  spend(agentId: string, bytes: number): boolean;
}

export function createStoreBudget(clock: () => number): StoreBudget {
  const spent = new Map<string, { since: number; bytes: number }>();

  function entryOf(agentId: string, now: number): { since: number; bytes: number } {
    const known = spent.get(agentId);
    if (known && now - known.since < windowMs) return known;
    for (const [each, { since }] of spent) if (now - since >= windowMs) spent.delete(each);
    const fresh = { since: now, bytes: 0 };
    spent.set(agentId, fresh);
    return fresh;
  }

  return {
    spend(agentId, bytes) {
      const entry = entryOf(agentId, clock());
      if (entry.bytes + bytes + rowBytes > maxBytes) return false;
      entry.bytes += bytes + rowBytes;
      return true;
    },
  };
}
