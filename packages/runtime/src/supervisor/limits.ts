import { availableParallelism } from 'node:os';

import type { LifecyclePolicy } from './transition.ts';

/** What the supervisor allows itself. Times are milliseconds. */
export interface SupervisorLimits extends LifecyclePolicy {
  /** Child processes running at once; the longest idle one makes room for a new one. */
  readonly maxRunning: number;
  /** Child processes that run for one client alone, in an organization and for one owner of it. */
  readonly maxOwnProcesses: number;
  readonly maxOwnProcessesPerOwner: number;
  /** Connections to remote servers that one client has for itself, likewise. */
  readonly maxOwnRemotes: number;
  readonly maxOwnRemotesPerOwner: number;
  /** Copies with the credentials of one member or agent, in an organization and of one account. */
  readonly maxAccountProcesses: number;
  readonly maxProcessesPerAccount: number;
  readonly maxAccountRemotes: number;
  readonly maxRemotesPerAccount: number;
  /** What runs for one client or account alone sleeps after this without a request, or sooner. */
  readonly ownIdleMs: number;
  /** Only one idle for this long is put to sleep to make room for another. */
  readonly evictIdleMs: number;
  /** Child processes starting at once. */
  readonly maxStarting: number;
  /** One that starts longer than this waits for something else than the processor: the next may go. */
  readonly startSlotMs: number;
  /** Between closing stdin, SIGTERM and SIGKILL. */
  readonly stopPatienceMs: number;
  /** For stopping everything at the end. */
  readonly shutdownMs: number;
  /** A burst of list_changed notifications leads to one refresh after this. */
  readonly refreshDelayMs: number;
}

export const defaultSupervisorLimits: SupervisorLimits = {
  maxRunning: 200,
  maxOwnProcesses: 32,
  maxOwnProcessesPerOwner: 8,
  maxOwnRemotes: 1_024,
  maxOwnRemotesPerOwner: 64,
  maxAccountProcesses: 64,
  maxProcessesPerAccount: 16,
  maxAccountRemotes: 4_096,
  maxRemotesPerAccount: 128,
  ownIdleMs: 300_000,
  evictIdleMs: 1_000,
  maxStarting: 4 * availableParallelism(),
  startSlotMs: 5_000,
  stopPatienceMs: 2_000,
  shutdownMs: 8_000,
  refreshDelayMs: 200,
  stableMs: 30_000,
  backoffBaseMs: 1_000,
  backoffCapMs: 60_000,
};
