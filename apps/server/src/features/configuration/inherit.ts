import { resolveLaunch, defaultTarget, type ServerJson } from '@plugboard/catalog';
import type { ConfigurationProblem } from '@plugboard/catalog';
import type { InheritancePlan, InstanceSettings } from '@plugboard/contracts/api';
import { sql } from 'kysely';

import { withTenant } from '../../store/tenant.ts';
import { findEntry } from '../instances/prepare/find-entry.ts';
import { type PresentInstance, readPresent } from '../instances/revisions/present-instance.ts';
import type { SharedSettings } from './effective-settings.ts';
import type { Environment } from './layers.ts';
import { planChange, type PlannedChange, presentPlan } from './plan-change.ts';
import type { ReconfigureServices } from './reconfigure.ts';
import { sharedSecretProblems } from './refuse-shared-secrets.ts';

/** Settings that many inherit, as they are to be. */
export interface SharedChange {
  readonly serverName: string;
  readonly settings: InstanceSettings;
  /** The same in its place among the layers and templates. */
  readonly shared: SharedSettings;
  /** Whose settings they become part of. */
  readonly heirs: Heirs;
}

export type Heirs =
  | { readonly environments: readonly Environment[] }
  | { readonly template: string };

export interface Heir {
  readonly present: PresentInstance;
  readonly toolbox: string;
  readonly planned: PlannedChange;
}

export interface PlannedInheritance {
  /** Those that would run otherwise than they do. */
  readonly heirs: readonly Heir[];
  /** What is wrong with the settings themselves. */
  readonly problems: readonly ConfigurationProblem[];
}

/** What a change of shared settings makes of the instances that inherit them. Changes nothing. */
export async function planInheritance(
  services: ReconfigureServices,
  organizationId: string,
  change: SharedChange,
): Promise<PlannedInheritance> {
  const { serverName, settings, shared } = change;
  const rows = await selectHeirs(services, organizationId, change);
  const all: Heir[] = [];
  for (const { id, toolbox } of rows) {
    const present = await withTenant(services.db, organizationId, (db) =>
      readPresent(db, id, services.server.dataDir),
    );
    all.push({
      present,
      toolbox,
      planned: withNewProblems(await planChange(services, present, { shared })),
    });
  }
  const listed = await withTenant(services.db, organizationId, (db) =>
    findEntry(db, serverName, undefined),
  );
  const entry = listed?.entry;
  const entries = [
    ...all.flatMap(({ present }) => present.stored.entry ?? []),
    ...(entry ? [entry] : []),
  ];
  const secrets = sharedSecretProblems(settings, entries);
  const checked = all.length === 0 && entry ? valueProblems(entry, settings) : [];
  const named = new Set(secrets.map(({ key }) => key));
  return {
    heirs: all.filter(({ planned }) => planned.restarts || planned.problems.length > 0),
    problems: [...secrets, ...checked.filter(({ key }) => !named.has(key))],
  };
}

/** What was wrong before is not the fault of what changes now. */
function withNewProblems(planned: PlannedChange): PlannedChange {
  const former = new Set(planned.before.problems.map(({ key, message }) => `${key}: ${message}`));
  const problems = planned.problems.filter(({ key, message }) => !former.has(`${key}: ${message}`));
  return { ...planned, problems };
}

export function presentInheritance({ heirs, problems }: PlannedInheritance): InheritancePlan {
  return {
    instances: heirs.map(({ present, toolbox, planned }) => ({
      ...presentPlan(present, planned),
      toolbox,
    })),
    problems: [...problems],
  };
}

/** All problems, those of an instance with its slug before the key. */
export function allProblems({
  heirs,
  problems,
}: PlannedInheritance): readonly ConfigurationProblem[] {
  return [
    ...problems,
    ...heirs.flatMap(({ present, planned }) =>
      planned.problems.map(({ key, message }) => ({ key: `${present.row.slug}/${key}`, message })),
    ),
  ];
}

function selectHeirs(
  { db }: ReconfigureServices,
  organizationId: string,
  { serverName, heirs }: SharedChange,
) {
  return withTenant(db, organizationId, (tx) => {
    const query = tx
      .selectFrom('instances')
      .innerJoin('toolboxes', 'toolboxes.id', 'instances.toolbox_id')
      .select(['instances.id', 'toolboxes.slug as toolbox'])
      .where('instances.server_name', '=', serverName)
      .orderBy('instances.slug');
    return 'template' in heirs
      ? query.where(sql<boolean>`instances.settings ->> 'template' = ${heirs.template}`).execute()
      : query.where('toolboxes.environment', 'in', heirs.environments).execute();
  });
}

/** What is wrong with values of a server that nobody has installed yet. */
function valueProblems(
  entry: ServerJson,
  settings: InstanceSettings,
): readonly ConfigurationProblem[] {
  const target = defaultTarget(entry);
  if (!target) return [];
  const { values = {}, mounts = [] } = settings;
  const surroundings = { mounts: mounts.map(({ path }) => path) };
  const { problems } = resolveLaunch(entry, target, values, [], surroundings);
  return problems.filter(({ key }) => Object.hasOwn(values, key));
}
