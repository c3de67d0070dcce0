import { AppError } from '@plugboard/contracts';
import type { InstanceSettings, LayerView, SettingChange } from '@plugboard/contracts/api';
import { sql } from 'kysely';

import type { TenantDb } from '../tenant-db.ts';
import { differences, type FlatSetting } from './flatten.ts';
import type { SharedChange } from './inherit.ts';
import {
  environmentsFrom,
  type Environment,
  type Layer,
  layerFromRow,
  selectLayers,
} from './layers.ts';
import { settingPaths } from './merge-settings.ts';

export interface LayerRef {
  readonly server: string;
  readonly environment: Environment;
}

export function layerChange(
  { server, environment }: LayerRef,
  settings: InstanceSettings,
): SharedChange {
  return {
    serverName: server,
    settings,
    shared: { layers: new Map([[environment, settings]]) },
    heirs: { environments: environmentsFrom(environment) },
  };
}

export interface NewLayer extends LayerRef {
  readonly organizationId: string;
  readonly settings: InstanceSettings;
  readonly memberId: string | undefined;
  readonly note: string | undefined;
}

/**
 * Writes the next revision of a layer. Resolves with its number and the paths that differ from the
 * one before; with that one's number when nothing differs.
 */
export async function writeLayer(
  db: TenantDb,
  { organizationId, server, environment, settings, memberId, note }: NewLayer,
): Promise<{ readonly revision: number; readonly changed: readonly string[] }> {
  // Two that write the same layer take their numbers in turn.
  const lock = `layer:${organizationId}:${environment}:${server}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`.execute(db);
  const last = (await selectLayers(db, server)).get(environment);
  const changed = changedPaths(last?.settings ?? {}, settings);
  if (last && changed.length === 0) return { revision: last.revision, changed };
  const revision = (last?.revision ?? 0) + 1;
  await db
    .insertInto('configuration_layers')
    .values({
      organization_id: organizationId,
      server_name: server,
      environment,
      revision,
      settings: JSON.stringify(settings),
      member_id: memberId ?? null,
      note: note ?? null,
    })
    .execute();
  return { revision, changed };
}

/** Newest first. */
export async function selectLayerHistory(
  db: TenantDb,
  { server, environment }: LayerRef,
): Promise<readonly Layer[]> {
  const rows = await db
    .selectFrom('configuration_layers')
    .selectAll()
    .where('server_name', '=', server)
    .where('environment', '=', environment)
    .orderBy('revision', 'desc')
    .execute();
  return rows.map(layerFromRow);
}

/** Throws `AppError('not_found')`. */
export async function requireLayerRevision(
  db: TenantDb,
  ref: LayerRef,
  revision: number,
): Promise<Layer> {
  const history = await selectLayerHistory(db, ref);
  const found = history.find((each) => each.revision === revision);
  if (found) return found;
  throw new AppError(
    'not_found',
    history.length === 0
      ? `${ref.server} has no settings for ${ref.environment}.`
      : `The ${ref.environment} settings of ${ref.server} have no revision ${revision}: the newest is ${history[0]?.revision}.`,
  );
}

/** What differs of the settings of two revisions. */
export function layerDifferences(
  before: InstanceSettings,
  after: InstanceSettings,
): readonly SettingChange[] {
  return differences(flatPaths(before), flatPaths(after)).map(
    ({ origin: _origin, ...each }) => each,
  );
}

/** The paths of settings that differ: names for the audit log, never values. */
export function changedPaths(before: InstanceSettings, after: InstanceSettings): readonly string[] {
  return layerDifferences(before, after).map(({ path }) => path);
}

function flatPaths(settings: InstanceSettings): readonly FlatSetting[] {
  const all = new Map<string, unknown>(Object.entries(settings));
  return settingPaths(settings).map((path) => {
    const [name = '', ...rest] = path.split('.');
    const group = all.get(name);
    const value =
      rest.length > 0 && typeof group === 'object' && group !== null
        ? new Map<string, unknown>(Object.entries(group)).get(rest.join('.'))
        : group;
    return { path, value, origin: 'own' };
  });
}

export function presentLayer(server: string, layer: Layer): LayerView {
  const { environment, revision, settings, memberId, note, createdAt } = layer;
  return {
    server,
    environment,
    revision,
    settings,
    ...(memberId !== null && { memberId }),
    ...(note !== null && { note }),
    createdAt: createdAt.toISOString(),
  };
}
