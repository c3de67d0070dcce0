/** The share of its life that a token has left when it is renewed, and at most how long. */
const aheadShare = 0.2;
const aheadLongestMs = 10 * 60_000;
/** Of that, what is left when it is used no more: for clocks, and for requests on their way. */
const marginShare = 0.5;
const marginLongestMs = 30_000;

/** How long it is until something is asked for again that a person must mend elsewhere. */
export const mendedMs = 5 * 60_000;

const backOffFirstMs = 1000;
const backOffLongestMs = 5 * 60_000;
const retryAfterLongestMs = 60 * 60_000;

/**
 * How long after it came a token is renewed: well before its end, and not all tokens of a moment at
 * the same one. `random` is from 0 to 1.
 */
export function renewAfterMs(lifetimeMs: number, random: number): number {
  const ahead = Math.min(lifetimeMs * aheadShare, aheadLongestMs);
  return Math.max(0, lifetimeMs - ahead * (1 + random * 0.25));
}

/** How long before its end a token is used no more; with no time to renew it, to its end. */
export function marginMs(expiresInMs: number, renewInMs: number | undefined): number {
  const ahead = renewInMs === undefined ? 0 : Math.max(0, expiresInMs - renewInMs);
  return Math.min(ahead * marginShare, marginLongestMs);
}

/** How long to wait after so many failures in a row; not less than a provider asked for. */
export function backOffMs(
  failures: number,
  retryAfterMs: number | undefined,
  random: number,
): number {
  const doubled = Math.min(backOffFirstMs * 2 ** Math.min(failures - 1, 20), backOffLongestMs);
  const own = doubled * (0.8 + random * 0.4);
  return Math.round(Math.max(own, Math.min(retryAfterMs ?? 0, retryAfterLongestMs)));
}

/** How long it is until something that is not heard of is looked for once more. */
export const pollLongestMs = 1000;
const newEnoughMs = 30_000;

/**
 * Whether a token is so new that changing it for another will not help with a server that refuses it:
 * without a limit, such a server would have it renewed for every call.
 */
export function isNewEnough(renewedMsAgo: number | null, expiresInMs: number | null): boolean {
  if (renewedMsAgo === null) return false;
  const lifetime = expiresInMs === null ? Infinity : renewedMsAgo + expiresInMs;
  return renewedMsAgo < Math.min(newEnoughMs, lifetime / 2);
}
