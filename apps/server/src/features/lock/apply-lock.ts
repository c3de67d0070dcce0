import { AppError, isAppError } from '@plugboard/contracts';
import type { ApplyLockEvent, LockDocument } from '@plugboard/contracts/api';
import type { Secret } from '@plugboard/vault';

import type { AppServices } from '../../app/services.ts';
import { type Author, commitChange } from '../change.ts';
import { applyAgent } from './apply/apply-agent.ts';
import type { ApplyContext } from './apply/apply-context.ts';
import { applyGrant } from './apply/apply-grant.ts';
import { applyInstance } from './apply/apply-instance.ts';
import { applyLayer } from './apply/apply-layer.ts';
import { applyLevel } from './apply/apply-level.ts';
import { applyLicencePolicy } from './apply/apply-licence-policy.ts';
import { applySource } from './apply/apply-source.ts';
import { applyTemplate } from './apply/apply-template.ts';
import { applyToolbox } from './apply/apply-toolbox.ts';
import { findMissingBundles } from './missing-bundles.ts';
import { type LockSteps, planLock, type Step } from './plan-lock.ts';
import { digestOf, readLock } from './read-lock.ts';

/** What an apply is given besides the document. */
export interface ApplyInput {
  readonly document: LockDocument;
  readonly prune: boolean;
  readonly acceptDefinitions: boolean;
  /** By instance, then by name. */
  readonly secrets: Readonly<Record<string, Readonly<Record<string, Secret>>>>;
  /** By source. */
  readonly sourceTokens: Readonly<Record<string, Secret>>;
}

export interface ApplyOptions {
  readonly emit: (event: ApplyLockEvent) => void;
  readonly signal: AbortSignal;
  /** Runs when all is as the document says, before that is told. */
  readonly finish?: () => Promise<void>;
}

/** What a document would change of what there is now. */
export async function planNow(
  services: Pick<AppServices, 'db' | 'server' | 'clock'>,
  organizationId: string,
  { document, prune, acceptDefinitions, secrets, sourceTokens }: ApplyInput,
): Promise<LockSteps> {
  const plan = planLock(await readLock(services, organizationId), document, {
    now: services.clock(),
    prune,
    acceptDefinitions,
    secretNames: Object.fromEntries(
      Object.entries(secrets).map(([instance, values]) => [instance, Object.keys(values)]),
    ),
    tokensOf: Object.keys(sourceTokens),
  });
  const changes = await findMissingBundles(services, organizationId, document, plan.changes);
  return { ...plan, changes };
}

/**
 * Makes an organization's Plugboard what a document says, one object after the other, each whole or
 * not at all. What can be known to fail is told before anything is done. A failure stops: the error's
 * details say what was `applied`, what `failed` and what is `left`, and applying again goes on.
 *
 * Whoever calls this has checked that the author may run code on this machine.
 */
export async function applyLock(
  services: AppServices,
  author: Author,
  input: ApplyInput,
  { emit, signal, finish }: ApplyOptions,
): Promise<void> {
  const { organizationId } = author;
  using _turn = services.instanceChanges.begin(organizationId, 'The configuration');
  const plan = await planNow(services, organizationId, input);
  refuseImpossible(plan);
  const digest = digestOf(input.document);
  const steps = plan.changes.filter(({ action, kept }) => action !== 'drift' && kept !== true);
  if (steps.length > 0) await recordApply(services, author, input, digest, steps.length);

  const context: ApplyContext = {
    services,
    author,
    wanted: input.document,
    acceptDefinitions: input.acceptDefinitions,
    secrets: input.secrets,
    sourceTokens: input.sourceTokens,
    tell: (message) => emit({ type: 'progress', message }),
    signal,
  };
  const applied: Step[] = [];
  for (const [index, step] of steps.entries()) {
    try {
      if (signal.aborted) throw new AppError('cancelled', 'Applying was cancelled.');
      await applyStep(context, step);
    } catch (error) {
      throw stoppedAt(error, { applied, failed: step, left: steps.slice(index + 1) });
    }
    applied.push(step);
    emit({ type: 'applied', change: refOf(step) });
  }
  await finish?.();
  emit({ type: 'done', digest, applied: applied.map(refOf) });
}

function applyStep(context: ApplyContext, step: Step): Promise<void> {
  switch (step.kind) {
    case 'licence_policy':
      return applyLicencePolicy(context);
    case 'source':
      return applySource(context, step);
    case 'toolbox':
      return applyToolbox(context, step);
    case 'template':
      return applyTemplate(context, step);
    case 'layer':
      return applyLayer(context, step);
    case 'instance':
      return applyInstance(context, step);
    case 'level':
      return applyLevel(context, step);
    case 'agent':
      return applyAgent(context, step);
    case 'grant':
      return applyGrant(context, step);
  }
}

/** All that is known to be impossible, at once and before anything is done. */
function refuseImpossible({ changes, missingSecrets, missingTokens }: LockSteps): void {
  const reasons = [
    ...changes.flatMap(({ kind, id, problem }) =>
      problem === undefined ? [] : [`${kind.replace('_', ' ')} ${id}: ${problem}`],
    ),
    ...missingSecrets.map(
      ({ instance, name }) =>
        `instance ${instance}: its secret ${name} is neither there nor given.`,
    ),
    ...missingTokens.map((slug) => `source ${slug}: its token is neither there nor given.`),
  ];
  if (reasons.length === 0) return;
  throw new AppError('conflict', `Nothing was changed:\n${reasons.join('\n')}`, {
    details: { missingSecrets, missingTokens },
  });
}

/** On record before the first change, which a crash could be the end of. */
async function recordApply(
  services: AppServices,
  author: Author,
  { prune, acceptDefinitions }: ApplyInput,
  digest: string,
  changes: number,
): Promise<void> {
  await commitChange(services, author, async () => ({
    result: undefined,
    record: { kind: 'lock.applied', change: { digest, changes, prune, acceptDefinitions } },
    events: [],
  }));
}

interface Report {
  readonly applied: readonly Step[];
  readonly failed: Step;
  readonly left: readonly Step[];
}

function stoppedAt(error: unknown, { applied, failed, left }: Report): unknown {
  if (!isAppError(error)) return error;
  const { code, message, retryAfterMs, details } = error;
  const what = `${failed.kind.replace('_', ' ')} ${failed.id}`;
  return new AppError(
    code,
    `Stopped at ${what}: ${message} (${applied.length} done, ${left.length + 1} left; applying again goes on.)`,
    {
      cause: error,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      details: {
        ...details,
        applied: applied.map(refOf),
        failed: refOf(failed),
        left: left.map(refOf),
      },
    },
  );
}

function refOf({ action, kind, id }: Step): Pick<Step, 'action' | 'kind' | 'id'> {
  return { action, kind, id };
}
