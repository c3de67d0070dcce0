import { isAppError } from '@plugboard/contracts';
import type { ImportEvent, ImportInput, ImportOutcome } from '@plugboard/contracts/api';
import { createRedactor } from '@plugboard/runtime';

import type { AppServices } from '../../app/services.ts';
import type { Author } from '../change.ts';
import { addInstance } from '../instances/add-instance.ts';
import { removeInstance } from '../instances/remove-instance.ts';
import { planImport } from './plan-import.ts';
import type { ServerPlan } from './plan-server.ts';

export interface ApplyOptions {
  readonly emit: (event: ImportEvent) => void;
  readonly signal: AbortSignal;
}

/**
 * Adds the servers of a configuration one after the other. One that fails stops no other, unless
 * `atomic`: then what was added before it is removed again. Resolves when the report was told.
 *
 * Whoever calls this has checked that the author may run code on this machine.
 */
export async function applyImport(
  services: AppServices,
  author: Author,
  { atomic, ...input }: ImportInput & { readonly atomic?: boolean | undefined },
  { emit, signal }: ApplyOptions,
): Promise<void> {
  const { plan, servers } = await planImport(services, author.organizationId, input);
  emit({ type: 'plan', plan });
  const outcomes: ImportOutcome[] = [];
  const tell = (outcome: ImportOutcome) => {
    outcomes.push(outcome);
    emit({ type: 'server', ...outcome });
  };
  let failed = false;
  for (const each of servers) {
    const { request, planned } = each;
    if (!request || planned.slug === undefined) continue;
    const { name, slug } = planned;
    if (failed && atomic === true) tell({ name, slug, outcome: 'not_tried' });
    else {
      const outcome = await addOne(services, author, each, slug, plan.toolbox.slug, emit, signal);
      failed ||= outcome.outcome === 'failed';
      tell(outcome);
    }
    signal.throwIfAborted();
  }
  const undone = failed && atomic === true;
  const final = undone ? await takeAway(services, author, outcomes, emit) : outcomes;
  const count = (wanted: ImportOutcome['outcome']) =>
    final.filter(({ outcome }) => outcome === wanted).length;
  emit({
    type: 'done',
    added: count('added'),
    failed: count('failed'),
    undone,
    outcomes: [...final],
  });
}

async function addOne(
  services: AppServices,
  author: Author,
  { request, planned, secrets }: ServerPlan,
  slug: string,
  toolbox: string,
  emit: (event: ImportEvent) => void,
  signal: AbortSignal,
): Promise<ImportOutcome> {
  const { name } = planned;
  // What servers and installers say passes through here, and a server may repeat what it was given.
  const redact = createRedactor(Object.values(secrets));
  const revealed = Object.fromEntries(
    Object.entries(secrets).map(([key, secret]) => [key, secret.reveal()]),
  );
  try {
    const instanceId = await addInstance(
      services,
      author,
      {
        ...request,
        server: request?.server ?? '',
        slug,
        toolbox,
        ...(Object.keys(revealed).length > 0 && { secrets: revealed }),
      },
      {
        signal,
        onProgress: ({ message }) =>
          emit({ type: 'progress', name, slug, message: redact(message) }),
      },
    );
    return { name, slug, outcome: 'added', instanceId };
  } catch (error) {
    if (signal.aborted) throw error;
    if (isAppError(error)) {
      const message = redact(error.message);
      return { name, slug, outcome: 'failed', error: { code: error.code, message } };
    }
    services.log.error({ err: error, slug }, 'a server could not be imported');
    const message = `${slug} could not be added: something went wrong inside Plugboard.`;
    return { name, slug, outcome: 'failed', error: { code: 'internal', message } };
  }
}

async function takeAway(
  services: AppServices,
  author: Author,
  outcomes: readonly ImportOutcome[],
  emit: (event: ImportEvent) => void,
): Promise<readonly ImportOutcome[]> {
  const final: ImportOutcome[] = [];
  for (const outcome of outcomes.toReversed()) {
    if (outcome.outcome !== 'added' || outcome.instanceId === undefined) final.unshift(outcome);
    else {
      await removeInstance(services, author, outcome.instanceId);
      const removed = { ...outcome, outcome: 'removed' } as const;
      final.unshift(removed);
      emit({ type: 'server', ...removed });
    }
  }
  return final;
}
