import { AppError } from '@plugboard/contracts';

import type { Copy } from './copy.ts';
import type { SupervisorLimits } from './limits.ts';

const noRoomRetryMs = 1_000;

interface Scope {
  readonly max: number;
  /** Whose places they are, in words. */
  readonly what: string;
  readonly has: (copy: Copy) => boolean;
}

/**
 * Gives a copy that starts a place in each scope that it counts for, putting those to sleep that are
 * idle longest. Rejects with `AppError('unavailable')` when all are in use.
 */
export async function makeRoom(
  copies: { all(): Iterable<Copy> },
  copy: Copy,
  place: 'process' | 'remote',
  limits: SupervisorLimits,
  clock: () => number,
): Promise<void> {
  const scopes = scopesOf(copy, place, limits);
  let full: { readonly scope: Scope; readonly taken: readonly Copy[] } | undefined;
  while ((full = firstFull(copies, scopes)) !== undefined) {
    const before = clock() - limits.evictIdleMs;
    const [longestIdle] = full.taken
      .filter((each) => each.mayBeEvicted && (each.lastUsedAt ?? 0) <= before)
      .sort((a, b) => (a.lastUsedAt ?? 0) - (b.lastUsedAt ?? 0));
    if (!longestIdle) {
      throw new AppError(
        'unavailable',
        `All ${full.scope.max} places for ${full.scope.what} are in use. Wait, or allow more.`,
        { retryAfterMs: noRoomRetryMs },
      );
    }
    await longestIdle.sleep();
  }
  copy.place = place;
}

function firstFull(copies: { all(): Iterable<Copy> }, scopes: readonly Scope[]) {
  for (const scope of scopes) {
    const taken = [...copies.all()].filter(scope.has);
    if (taken.length >= scope.max) return { scope, taken };
  }
  return undefined;
}

function scopesOf({ key }: Copy, place: 'process' | 'remote', limits: SupervisorLimits): Scope[] {
  const scopes: Scope[] = [];
  if (place === 'process') {
    scopes.push({
      max: limits.maxRunning,
      what: 'running servers',
      has: (each) => each.place === 'process',
    });
  }
  const { organizationId, own } = key;
  if (own === undefined) return scopes;
  const isProcess = place === 'process';
  const isOwn = (each: Copy): boolean =>
    each.place === place &&
    each.key.own !== undefined &&
    each.key.organizationId === organizationId;
  const what = isProcess
    ? 'servers that run for one client alone'
    : 'connections of one client alone';
  scopes.push({
    max: isProcess ? limits.maxOwnProcesses : limits.maxOwnRemotes,
    what: `${what} in this organization`,
    has: isOwn,
  });
  const { owner } = own;
  if (owner !== undefined) {
    scopes.push({
      max: isProcess ? limits.maxOwnProcessesPerOwner : limits.maxOwnRemotesPerOwner,
      what: `${what} of this agent`,
      has: (each) => isOwn(each) && each.key.own?.owner === owner,
    });
  }
  return scopes;
}
