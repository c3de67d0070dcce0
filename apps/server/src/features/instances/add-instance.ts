import { AppError, newId } from '@plugboard/contracts';
import type {
  AddInstanceEvent,
  AddInstanceInput,
  PlanInstanceInput,
} from '@plugboard/contracts/api';

import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import type { Author } from '../change.ts';
import { targetOf } from '../configuration/target-of.ts';
import { type ChosenCredential, placeChosen } from '../credentials/bindings/choose-credentials.ts';
import { slugTaken } from '../reference.ts';
import type { FoundEntry } from './prepare/find-entry.ts';
import { refuseAborted } from './or-aborted.ts';
import { entryConflicts } from './plan/package-conflicts.ts';
import { planInstance } from './plan/plan-instance.ts';
import { prepareCandidate, type PrepareOptions } from './prepare/prepare-candidate.ts';
import { removeInstance } from './remove-instance.ts';
import type { RequestedServer } from './prepare/requested-server.ts';
import { readRequest, secretsOf, settingsOf } from './prepare/read-request.ts';
import { storeInstance } from './store-instance.ts';
import type { Tell } from './tell.ts';
import { tryCandidate } from './trial/try-candidate.ts';

export type AddServices = Pick<
  AppServices,
  | 'db'
  | 'heard'
  | 'audit'
  | 'clock'
  | 'installer'
  | 'keyring'
  | 'log'
  | 'logs'
  | 'pending'
  | 'packageFolders'
  | 'server'
  | 'supervisor'
>;

type Progress = Extract<AddInstanceEvent, { type: 'progress' }>;

export interface AddOptions extends Omit<PrepareOptions, 'tell'> {
  readonly onProgress: (event: Progress) => void;
  /** What fills its slots, chosen by somebody who may. */
  readonly chosen?: readonly ChosenCredential[];
}

/**
 * Installs a server, starts it, lists what it offers and stores all that; only then can anyone see
 * it. When any of it fails nothing is left behind. Resolves with the instance's id; it runs.
 *
 * Whoever calls this has checked that the author may run code on this machine.
 */
export async function addInstance(
  services: AddServices,
  author: Author,
  input: AddInstanceInput,
  { onProgress, chosen = [], ...options }: AddOptions,
): Promise<string> {
  const { organizationId } = author;
  const { signal } = options;
  const tell: Tell = (step, message, progress) =>
    onProgress({ type: 'progress', step, message, ...(progress && { progress }) });

  const { server, found, slug, toolbox, taken } = await withTenant(
    services.db,
    organizationId,
    (db) => readRequest(db, input),
  );
  if (taken) throw slugTaken('instance', slug);
  refuseWithdrawn(found);
  if (input.planDigest !== undefined) {
    const { planDigest, ...planInput } = input;
    await refuseOtherPlan(services, organizationId, planInput, planDigest, { chosen, signal });
  }
  tell('resolve', `Adding ${nameOf(server)}`);

  await using candidate = await prepareCandidate(
    services,
    {
      organizationId,
      environment: toolbox.environment,
      slug,
      server,
      settings: settingsOf(input),
      secrets: secretsOf(input),
      filledSlots: chosen.map(({ slot }) => slot),
    },
    { ...options, tell },
  );
  const bindings = placeChosen(chosen, {
    entry: candidate.entry,
    target: candidate.entry && targetOf(candidate.entry, candidate),
    isRemote: candidate.launch.driver === 'remote',
  });
  const id = newId();
  await tryCandidate(
    services,
    organizationId,
    candidate,
    { id, keep: true, bindings, signal, tell },
    async (definitions) => {
      tell('pin', `Keeping what ${slug} listed, each with its hash`);
      await storeInstance(services, author, {
        id,
        toolbox,
        candidate,
        definitions,
        bindings,
        reason: 'installed',
        note: undefined,
      });
    },
  );
  if (signal.aborted) {
    // Whoever asked for it has left and will not learn of it.
    await removeInstance(services, author, id);
    refuseAborted(signal);
  }
  tell('live', `${slug} is live`);
  return id;
}

function refuseWithdrawn(found: FoundEntry | undefined): void {
  const withdrawn = entryConflicts(found).find(({ severity }) => severity === 'error');
  if (withdrawn) throw new AppError('conflict', `${withdrawn.message} ${withdrawn.cure}`);
}

/** Throws `AppError('conflict')` unless just that would be done which was shown, and can be done. */
async function refuseOtherPlan(
  services: AddServices,
  organizationId: string,
  input: PlanInstanceInput,
  digest: string,
  {
    chosen,
    signal,
  }: { readonly chosen: readonly ChosenCredential[]; readonly signal: AbortSignal },
): Promise<void> {
  const plan = await planInstance(services, organizationId, input, signal, chosen);
  if (plan.digest !== digest) {
    throw new AppError(
      'conflict',
      'Something else would be installed now than the plan showed. Nothing was done; look at the plan again.',
      { details: { planDigest: plan.digest } },
    );
  }
  const errors = plan.conflicts.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  throw new AppError(
    'conflict',
    errors.map(({ message, cure }) => `${message} ${cure}`).join('\n'),
    { details: { conflicts: errors } },
  );
}

function nameOf(server: RequestedServer): string {
  if (server.kind === 'remote') return server.url;
  if (server.kind === 'package') return server.packageSpec;
  return server.name ?? 'the bundle';
}
