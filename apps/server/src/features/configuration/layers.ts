import { instanceSettingsSchema, type InstanceSettings } from '@plugboard/contracts/api';

import type { TenantDb } from '../tenant-db.ts';

/** In the order in which they inherit. */
export const environments = ['dev', 'staging', 'prod'] as const;

export type Environment = (typeof environments)[number];

/** Those whose layers an environment has, lowest first. */
export function environmentsUpTo(environment: Environment): readonly Environment[] {
  return environments.slice(0, environments.indexOf(environment) + 1);
}

/** Those that have the layer of an environment. */
export function environmentsFrom(environment: Environment): readonly Environment[] {
  return environments.slice(environments.indexOf(environment));
}

/** One revision of a server's settings for an environment. */
export interface Layer {
  readonly environment: Environment;
  readonly revision: number;
  readonly settings: InstanceSettings;
  readonly memberId: string | null;
  readonly note: string | null;
  readonly createdAt: Date;
}

/** The layers of a server that are in force, by environment. */
export async function selectLayers(
  db: TenantDb,
  serverName: string,
): Promise<ReadonlyMap<Environment, Layer>> {
  const rows = await db
    .selectFrom('configuration_layers')
    .selectAll()
    .distinctOn('environment')
    .where('server_name', '=', serverName)
    .orderBy('environment')
    .orderBy('revision', 'desc')
    .execute();
  return new Map(rows.map((row) => [row.environment, layerFromRow(row)]));
}

interface LayerRow {
  readonly environment: Environment;
  readonly revision: number;
  readonly settings: unknown;
  readonly member_id: string | null;
  readonly note: string | null;
  readonly created_at: Date;
}

export function layerFromRow(row: LayerRow): Layer {
  return {
    environment: row.environment,
    revision: row.revision,
    settings: instanceSettingsSchema.parse(row.settings),
    memberId: row.member_id,
    note: row.note,
    createdAt: row.created_at,
  };
}

/** The layers in force of all servers or of one, by server and environment. */
export async function selectAllLayers(
  db: TenantDb,
  serverName?: string,
): Promise<readonly (Layer & { readonly server: string })[]> {
  const rows = await db
    .selectFrom('configuration_layers')
    .selectAll()
    .distinctOn(['server_name', 'environment'])
    .$if(serverName !== undefined, (query) => query.where('server_name', '=', serverName ?? ''))
    .orderBy('server_name')
    .orderBy('environment')
    .orderBy('revision', 'desc')
    .execute();
  return rows
    .map((row) => ({ server: row.server_name, ...layerFromRow(row) }))
    .toSorted((a, b) =>
      a.server === b.server
        ? environments.indexOf(a.environment) - environments.indexOf(b.environment)
        : a.server.localeCompare(b.server),
    );
}
