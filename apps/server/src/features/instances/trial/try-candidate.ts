import { sharedCredentials } from '@plugboard/gateway';
import type { InstanceSpec } from '@plugboard/runtime';

import type { AppServices } from '../../../app/services.ts';
import type { BoundSlot } from '../../credentials/bindings/open-bindings.ts';
import type { Definitions } from '../../definitions/read-definitions.ts';
import type { Candidate } from '../candidate.ts';
import { orAborted, refuseAborted } from '../or-aborted.ts';
import type { PendingInstance } from './pending-instances.ts';
import { removeInstanceFiles } from '../remove-files.ts';
import type { Tell } from '../tell.ts';
import { noteTrial } from './trial-notes.ts';
import { withWorkFolder } from '../work-folder.ts';

export type TryServices = Pick<AppServices, 'logs' | 'pending' | 'server' | 'supervisor'>;

export interface TryOptions {
  /** The new instance's own, or a fresh one to try a change of an instance beside it. */
  readonly id: string;
  /** Whether it goes on running under this id when `use` resolves. */
  readonly keep: boolean;
  /** What fills slots besides the candidate's own secrets. */
  readonly bindings?: readonly BoundSlot[];
  /** The instance that a change of is tried. */
  readonly of?: string;
  readonly signal: AbortSignal;
  readonly tell: Tell;
}

/**
 * Starts a candidate under an id that no stored instance has, lists it, and hands what it listed to
 * `use`, during which it runs. After that, when it is not to be kept or anything failed, it is
 * stopped, and its folders and log are deleted. Rejects as `supervisor.acquire` and `use` do, and
 * with `cancelled` when the signal aborts before `use` began.
 */
export async function tryCandidate<T>(
  services: TryServices,
  organizationId: string,
  candidate: Candidate,
  { id, keep, bindings = [], of, signal, tell }: TryOptions,
  use: (definitions: Definitions) => Promise<T>,
): Promise<T> {
  const { slug, launch, secrets, idleMs, startTimeoutMs } = candidate;
  const spec: InstanceSpec = {
    id,
    organizationId,
    slug,
    launch: withWorkFolder(launch, services.server.dataDir, id),
    idleMs,
    startTimeoutMs,
    listed: false,
  };
  const pending: PendingInstance = { spec, secrets, bindings, of, definitions: undefined };
  let kept = false;
  await using _note = await noteTrial(services.server.dataDir, { kind: 'instance', id });
  try {
    using _pending = services.pending.add(pending);
    refuseAborted(signal);
    // It may be set to fall asleep sooner than its trial ends.
    using _awake = services.supervisor.hold(organizationId, id, sharedCredentials);
    tell('start', `Starting ${slug}`);
    await orAborted(services.supervisor.acquire(organizationId, id, sharedCredentials), signal);
    const { definitions } = pending;
    if (!definitions) throw new Error('a server was started without being listed');
    tell('list', `${slug} offers ${definitions.offerings.length} tools, prompts and resources`);
    refuseAborted(signal);
    const result = await use(definitions);
    kept = keep;
    return result;
  } finally {
    if (!kept) {
      await services.supervisor.stop(id);
      await removeInstanceFiles(services, id);
    }
  }
}
