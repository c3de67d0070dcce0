import { createHash } from 'node:crypto';
import { relative } from 'node:path';

import {
  canonicalLock,
  type InstanceSettings,
  instanceSettingsSchema,
  type LockCatalogSource,
  type LockDocument,
  type LockGrant,
  type LockInstance,
  withoutExpired,
} from '@plugboard/contracts/api';
import { sql } from 'kysely';

import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import { selectGrants } from '../grants/queries.ts';
import { readLicencePolicy } from '../organizations/licence-policy.ts';
import {
  candidateFromRow,
  settingsFromLaunch,
  type StoredCandidate,
} from '../instances/revisions/stored-candidate.ts';
import { sealedSecretsFromRow } from '../instances/launch-row.ts';
import { selectTemplates } from '../configuration/templates.ts';
import type { TenantDb } from '../tenant-db.ts';
import { lockedEntry } from './locked-entry.ts';

type ReadServices = Pick<AppServices, 'db' | 'server' | 'clock'>;

/** What an organization's Plugboard is now, as a document with all sections, in canonical form. */
export async function readLock(
  { db, server, clock }: ReadServices,
  organizationId: string,
): Promise<LockDocument> {
  const document = await withTenant(
    db,
    organizationId,
    async (tx): Promise<LockDocument> => ({
      version: 1,
      licencePolicy: await readLicencePolicy(tx),
      sources: await readSources(tx),
      toolboxes: await tx.selectFrom('toolboxes').select(['slug', 'name', 'environment']).execute(),
      templates: (await selectTemplates(tx)).map(({ serverName, slug, title, settings }) => ({
        server: serverName,
        slug,
        title,
        settings,
      })),
      layers: await readLayers(tx),
      instances: await readInstances(tx, server.dataDir),
      agents: await tx
        .selectFrom('agents')
        .select(['slug', 'name'])
        .where('revoked_at', 'is', null)
        .execute(),
      grants: (await selectGrants(tx)).map(toLockGrant),
    }),
    { snapshot: true },
  );
  return canonicalLock(withoutExpired(document, clock()));
}

/** SHA-256 of a document in canonical form, hexadecimal. */
export function digestOf(document: LockDocument): string {
  return createHash('sha256')
    .update(JSON.stringify(canonicalLock(document)))
    .digest('hex');
}

async function readSources(db: TenantDb): Promise<LockCatalogSource[]> {
  const rows = await db.selectFrom('catalog_sources').selectAll().execute();
  return rows.map((row) => ({
    slug: row.slug,
    title: row.title,
    kind: row.kind,
    ...(row.location !== null && { location: row.location }),
    audience: row.audience,
    priority: row.priority,
    allowPrivateNetwork: row.allow_private_network,
    enabled: row.enabled,
    ...(row.every_ms !== null && { everyMs: row.every_ms }),
    token: row.sealed_token !== null,
  }));
}

/** An empty layer is as good as none. */
async function readLayers(db: TenantDb): Promise<NonNullable<LockDocument['layers']>> {
  const rows = await db
    .selectFrom('configuration_layers')
    .select(['server_name', 'environment', 'settings'])
    .distinctOn(['server_name', 'environment'])
    .orderBy('server_name')
    .orderBy('environment')
    .orderBy('revision', 'desc')
    .execute();
  return rows.flatMap(({ server_name: server, environment, settings: stored }) => {
    const settings = instanceSettingsSchema.parse(stored);
    return Object.keys(settings).length === 0 ? [] : [{ server, environment, settings }];
  });
}

async function readInstances(db: TenantDb, dataDir: string): Promise<LockInstance[]> {
  const rows = await db
    .selectFrom('instances')
    .innerJoin('toolboxes', 'toolboxes.id', 'instances.toolbox_id')
    .selectAll('instances')
    .select('toolboxes.slug as toolbox')
    .select((eb) =>
      eb
        .exists(
          eb
            .selectFrom('instance_revisions')
            .whereRef('instance_revisions.instance_id', '=', 'instances.id')
            .select(sql`1`.as('one')),
        )
        .as('has_revisions'),
    )
    .execute();
  const definitions = await db
    .selectFrom('offerings')
    .select(['instance_id', 'kind', 'name', 'hash'])
    .execute();
  const levels = await db
    .selectFrom('level_overrides')
    .select(['instance_id', 'kind', 'name', 'level'])
    .execute();
  const definitionsOf = Map.groupBy(definitions, (row) => row.instance_id);
  const levelsOf = Map.groupBy(levels, (row) => row.instance_id);
  return rows.map((row): LockInstance => {
    const stored = candidateFromRow(row, row.server_name, dataDir);
    return {
      slug: row.slug,
      toolbox: row.toolbox,
      server: row.server_name,
      version: row.version,
      source: sourceOf(stored, dataDir),
      ...(stored.entry && { entry: lockedEntry(stored.entry) }),
      settings: row.has_revisions === true ? stored.settings : presentSettings(stored),
      secrets: [...sealedSecretsFromRow(row.sealed_secrets).keys()],
      definitions: (definitionsOf.get(row.id) ?? []).map(({ kind, name, hash }) => ({
        kind,
        name,
        sha256: hash.toString('hex'),
      })),
      levels: (levelsOf.get(row.id) ?? []).map(({ kind, name, level }) => ({ kind, name, level })),
      ...(row.stopped_at && { stopped: true }),
    };
  });
}

/** Of an instance from before settings were kept. */
function presentSettings({ launch, idleMs, startTimeoutMs }: StoredCandidate): InstanceSettings {
  return settingsFromLaunch(launch, idleMs, startTimeoutMs);
}

function sourceOf(stored: StoredCandidate, dataDir: string): LockInstance['source'] {
  const { launch, version } = stored;
  if (launch.driver === 'remote') {
    return { type: 'remote', url: launch.url, transport: launch.transport };
  }
  if (stored.package) return stored.package;
  // Installed before packages were kept on record: the folder tells the name.
  const [, folder = ''] = relative(dataDir, launch.installDir).split('/');
  return { type: 'npm', name: folder.replace('+', '/'), version };
}

function toLockGrant(row: Awaited<ReturnType<typeof selectGrants>>[number]): LockGrant {
  return {
    agent: row.agent_slug,
    effect: row.effect,
    level: row.level,
    target: targetOf(row),
    ...(row.expires_at && { expiresAt: row.expires_at.toISOString() }),
  };
}

function targetOf(row: Awaited<ReturnType<typeof selectGrants>>[number]): LockGrant['target'] {
  if (row.toolbox_slug !== null) return { toolbox: row.toolbox_slug };
  const instance = row.instance_slug ?? '';
  const { offering_kind: kind, offering_name: name } = row;
  return kind === null || name === null ? { instance } : { instance, kind, name };
}
