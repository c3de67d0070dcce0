import { AppError } from '@plugboard/contracts';

import { type CopyKey, isOneAccount } from './copy-context.ts';
import type { Copy } from './copy.ts';
import type { SupervisorLimits } from './limits.ts';
import type { OwnConnection } from './own-connection.ts';

const noRoomRetryMs = 1_000;

type Place = 'process' | 'remote';

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
  place: Place,
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

function scopesOf({ key }: Copy, place: Place, limits: SupervisorLimits): Scope[] {
  const scopes: Scope[] = [];
  if (place === 'process') {
    scopes.push({
      max: limits.maxRunning,
      what: 'running servers',
      has: (each) => each.place === 'process',
    });
  }
  if (key.own !== undefined) return [...scopes, ...ownScopes(key, key.own, place, limits)];
  return isOneAccount(key) ? [...scopes, ...accountScopes(key, place, limits)] : scopes;
}

/** Of connections that one client has for itself. */
function ownScopes(
  { organizationId }: CopyKey,
  { owner }: OwnConnection,
  place: Place,
  limits: SupervisorLimits,
): Scope[] {
  const isProcess = place === 'process';
  const isOwn = (each: Copy): boolean =>
    each.place === place &&
    each.key.own !== undefined &&
    each.key.organizationId === organizationId;
  const what = isProcess
    ? 'servers that run for one client alone'
    : 'connections of one client alone';
  const all: Scope = {
    max: isProcess ? limits.maxOwnProcesses : limits.maxOwnRemotes,
    what: `${what} in this organization`,
    has: isOwn,
  };
  if (owner === undefined) return [all];
  const ofOwner: Scope = {
    max: isProcess ? limits.maxOwnProcessesPerOwner : limits.maxOwnRemotesPerOwner,
    what: `${what} of this agent`,
    has: (each) => isOwn(each) && each.key.own?.owner === owner,
  };
  return [all, ofOwner];
}

/** Of copies that one member's or agent's credentials are for. */
function accountScopes(
  { organizationId, credentialSet }: CopyKey,
  place: Place,
  limits: SupervisorLimits,
): Scope[] {
  const isProcess = place === 'process';
  const isAccounts = ({ key, place: taken }: Copy): boolean =>
    taken === place &&
    key.own === undefined &&
    key.organizationId === organizationId &&
    isOneAccount(key);
  const what = isProcess
    ? 'servers with an account of their own'
    : 'connections with an account of their own';
  return [
    {
      max: isProcess ? limits.maxAccountProcesses : limits.maxAccountRemotes,
      what: `${what} in this organization`,
      has: isAccounts,
    },
    {
      max: isProcess ? limits.maxProcessesPerAccount : limits.maxRemotesPerAccount,
      what: `${what} for this member or agent`,
      has: (each) => isAccounts(each) && each.key.credentialSet === credentialSet,
    },
  ];
}
