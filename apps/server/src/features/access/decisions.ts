import { AppError, type OfferingKind } from '@plugboard/contracts';
import type { AccessDecision } from '@plugboard/contracts/api';
import {
  decideOffering,
  explainDecision,
  exposeName,
  exposeUri,
  type Grant,
  type OfferedInstance,
  type Offering,
} from '@plugboard/gateway';

import { selectInstance } from '../instances/queries.ts';
import { noSuch } from '../reference.ts';
import type { TenantDb } from '../tenant-db.ts';
import { withOfferings } from './access-source.ts';
import { instancesWithToolbox } from './queries.ts';

/** Decides of every offering of the instances, as the gateway does at each call. */
export function decideAll(
  grants: readonly Grant[],
  instances: readonly OfferedInstance[],
  now: number,
): AccessDecision[] {
  return instances.flatMap((instance) =>
    instance.offerings.map((offering) => decideOne(grants, instance, offering, now)),
  );
}

export function decideOne(
  grants: readonly Grant[],
  instance: OfferedInstance,
  offering: Offering,
  now: number,
): AccessDecision {
  const { kind, name, level } = offering;
  const decision = decideOffering(grants, instance, offering, now);
  const isNamed = kind === 'tool' || kind === 'prompt';
  const isHeldBack = decision.allowed && instance.stopped === true;
  return {
    toolbox: instance.toolboxSlug,
    instance: instance.slug,
    kind,
    name,
    ...(isNamed && { exposedName: exposeName(instance.slug, name) }),
    level,
    allowed: decision.allowed && !isHeldBack,
    reason: isHeldBack ? 'instance_stopped' : decision.reason,
    explanation: isHeldBack
      ? `refused: ${instance.slug} is stopped; once it is started, ${explainDecision(decision, level)}`
      : explainDecision(decision, level),
    ...(decision.grant && { grantId: decision.grant.id }),
  };
}

export interface ToolReference {
  readonly instance?: string | undefined;
  readonly kind: OfferingKind;
  readonly name: string;
}

export interface FoundOffering {
  readonly instance: OfferedInstance;
  readonly offering: Offering;
}

/**
 * Finds what a member names, by instance and own name or by the name that agents see. Throws
 * `AppError('not_found')`: members may know what there is, agents only what is granted.
 */
export async function findOffering(
  db: TenantDb,
  { instance: ref, kind, name }: ToolReference,
): Promise<FoundOffering> {
  const instances = await withOfferings(db, await candidates(db, ref));
  for (const instance of instances) {
    const offering = instance.offerings.find(
      (each) =>
        each.kind === kind &&
        (ref === undefined ? exposed(instance, each) === name : each.name === name),
    );
    if (offering) return { instance, offering };
  }
  const where = ref === undefined ? '' : ` of instance "${ref}"`;
  throw new AppError(
    'not_found',
    `There is no ${kind.replace('_', ' ')} "${name}"${where}. Name an instance and its own name for it, or the name that agents see, such as "memory__read_graph".`,
  );
}

function exposed({ slug }: OfferedInstance, { kind, name }: Offering): string {
  return kind === 'tool' || kind === 'prompt' ? exposeName(slug, name) : exposeUri(slug, name);
}

/** The instance that a member names, or all of them. */
export async function candidates(db: TenantDb, ref: string | undefined) {
  if (ref === undefined) return selectAllInstances(db);
  const instance = await selectInstance(db, ref);
  if (!instance) throw noSuch('instance', ref);
  return [instance];
}

export function selectAllInstances(db: TenantDb) {
  return instancesWithToolbox(db).execute();
}
