export interface BackoffPolicy {
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
}

/**
 * The wait after so many failures: doubling from the base to the cap, of which a random half is
 * taken off so that many that failed together do not come back together.
 */
export function backoffMs(failures: number, random: number, policy: BackoffPolicy): number {
  if (failures <= 0) return 0;
  const full = Math.min(policy.backoffCapMs, policy.backoffBaseMs * 2 ** (failures - 1));
  return Math.round(full * (1 - random / 2));
}
