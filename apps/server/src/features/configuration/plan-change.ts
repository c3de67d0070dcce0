import type { ConfigurationProblem, SealedSlot } from '@plugboard/catalog';
import type { ConfigurationPlan, SettingChange } from '@plugboard/contracts/api';

import type { PresentInstance } from '../instances/revisions/present-instance.ts';
import { changesBetween, runsOtherwise } from './flatten.ts';
import {
  type Configured,
  environmentOf,
  reconfigure,
  type Reconfiguration,
  type ReconfigureServices,
} from './reconfigure.ts';

export interface PlannedChange {
  readonly before: Configured;
  readonly after: Configured;
  readonly changes: readonly SettingChange[];
  readonly problems: readonly ConfigurationProblem[];
  readonly restarts: boolean;
}

/** What a change makes of an instance's configuration, compared with what it is. */
export async function planChange(
  services: ReconfigureServices,
  present: PresentInstance,
  change: Reconfiguration,
): Promise<PlannedChange> {
  const environment = await environmentOf(services, present);
  const before = await reconfigure(services, present, environment, { by: change.by });
  const after = await reconfigure(services, present, environment, change);
  const given = Object.keys(change.change?.secrets ?? {});
  const changes = changesBetween(before, after);
  return {
    before,
    after,
    changes,
    problems: [...after.problems, ...staleSecrets(before, after, given)],
    // Compared with what it was started with, which may be older than what it would come to now.
    restarts:
      runsOtherwise(present.stored, after.candidate) ||
      changes.some(({ path }) => path.startsWith('secrets.')),
  };
}

export function presentPlan(
  { row }: PresentInstance,
  { after, changes, problems, restarts }: PlannedChange,
): ConfigurationPlan {
  return {
    instance: { id: row.id, slug: row.slug },
    environment: after.environment,
    changes: [...changes],
    problems: [...problems],
    restarts,
  };
}

/**
 * Secrets that are sealed together with settings that change: what is sealed cannot be changed in
 * part, since nobody reads it again.
 */
function staleSecrets(
  before: Configured,
  after: Configured,
  given: readonly string[],
): readonly ConfigurationProblem[] {
  const former = new Map(sealedOf(before).map((slot) => [slot.name, slot]));
  return sealedOf(after).flatMap(({ name, parts }) => {
    const was = former.get(name);
    if (!was || JSON.stringify(was.parts) === JSON.stringify(parts)) return [];
    const keys = parts.flatMap((part) => (typeof part === 'string' ? [] : [part.secret]));
    if (keys.length === 0 || [...keys, name].some((key) => given.includes(key))) return [];
    const message = `is sealed in ${name} together with what is changed. Give it again (--secret ${keys[0]}).`;
    return [{ key: keys[0] ?? name, message }];
  });
}

function sealedOf({ configured }: Configured): readonly SealedSlot[] {
  return configured.resolved?.sealed ?? [];
}
