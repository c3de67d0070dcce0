import { backoffMs, type BackoffPolicy } from './backoff.ts';
import type { InstanceState } from './state.ts';

/** What a copy remembers from one state to the next. Times are epoch milliseconds. */
export interface Lifecycle {
  readonly state: InstanceState;
  /** Failures since it last ran for `stableMs`. */
  readonly failures: number;
  /** Starts after a failure, since the copy exists. */
  readonly restarts: number;
}

export type LifecycleEvent =
  | { readonly type: 'start'; readonly at: number }
  | { readonly type: 'ready'; readonly at: number; readonly pid: number | undefined }
  /** It did not start, or ended without being asked to. `random` is in [0, 1). */
  | { readonly type: 'fail'; readonly at: number; readonly reason: string; readonly random: number }
  | { readonly type: 'sleep'; readonly at: number }
  /** Ended because it was asked to, or never came to start; its failures are forgiven. */
  | { readonly type: 'stop' };

export interface LifecyclePolicy extends BackoffPolicy {
  /** Who ran this long before dying, died for the first time. */
  readonly stableMs: number;
}

export const newLifecycle: Lifecycle = { state: { name: 'stopped' }, failures: 0, restarts: 0 };

/** The next step of a copy's life; events that its state does not allow change nothing. */
export function transition(
  life: Lifecycle,
  event: LifecycleEvent,
  policy: LifecyclePolicy,
): Lifecycle {
  const { state } = life;
  switch (event.type) {
    case 'start': {
      if (state.name === 'starting' || state.name === 'ready') return life;
      const restarts = state.name === 'failing' ? life.restarts + 1 : life.restarts;
      return { ...life, restarts, state: { name: 'starting', since: event.at } };
    }
    case 'ready':
      if (state.name !== 'starting') return life;
      return { ...life, state: { name: 'ready', since: event.at, pid: event.pid } };
    case 'fail':
      if (state.name === 'starting') return failed(life, life.failures + 1, event, policy, 0);
      if (state.name !== 'ready') return life;
      return event.at - state.since >= policy.stableMs
        ? failed(life, 1, event, policy, 1)
        : failed(life, life.failures + 1, event, policy, 1);
    case 'sleep':
      if (state.name !== 'ready') return life;
      return { ...life, failures: 0, state: { name: 'sleeping', since: event.at } };
    case 'stop':
      break;
  }
  return { ...life, failures: 0, state: { name: 'stopped' } };
}

/** `forgiven` failures cost no wait: a server that dies once is started again by the next call. */
function failed(
  life: Lifecycle,
  failures: number,
  event: Extract<LifecycleEvent, { type: 'fail' }>,
  policy: LifecyclePolicy,
  forgiven: number,
): Lifecycle {
  const { at, reason, random } = event;
  const retryAt = at + backoffMs(failures - forgiven, random, policy);
  return { ...life, failures, state: { name: 'failing', since: at, failures, reason, retryAt } };
}
