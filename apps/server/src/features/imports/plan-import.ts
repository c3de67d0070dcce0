import { isDeepStrictEqual } from 'node:util';

import { type ImportedServer, readImport } from '@plugboard/catalog';
import type { ImportInput, ImportPlan, PlannedServer } from '@plugboard/contracts/api';

import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import { launchFromRow, sealedSecretsFromRow } from '../instances/launch-row.ts';
import { noSuch } from '../reference.ts';
import type { TenantDb } from '../tenant-db.ts';
import { selectToolbox } from '../toolboxes/queries.ts';
import { knownEntries } from './known-entries.ts';
import { planServer, type ServerPlan } from './plan-server.ts';
import { freeSlug, slugOf } from './slugs.ts';

export interface PreparedImport {
  readonly plan: ImportPlan;
  /** In the plan's order, with the secrets that it does not tell. */
  readonly servers: readonly ServerPlan[];
}

/**
 * Says what a configuration would become in a toolbox. Changes nothing, starts nothing and fetches
 * nothing. Throws `AppError('not_found')` for a toolbox that is not there.
 */
export async function planImport(
  { db, server: { dataDir, urls } }: Pick<AppServices, 'db' | 'server'>,
  organizationId: string,
  input: ImportInput,
): Promise<PreparedImport> {
  const { format, servers, problems } = readImport(input.text, {
    format: input.format,
    given: new Map(Object.entries(input.given ?? {})),
  });
  const toolboxRef = input.toolbox ?? 'starter';
  const { toolbox, entries, present } = await withTenant(db, organizationId, async (tx) => {
    const found = await selectToolbox(tx, toolboxRef);
    if (!found) throw noSuch('toolbox', toolboxRef);
    return {
      toolbox: found,
      entries: await knownEntries(tx, servers),
      present: await presentInstances(tx, dataDir),
    };
  });
  const taken = new Set(present.map(({ slug }) => slug));
  const seen: ServerPlan[] = [];
  const plans = servers.map((server) => {
    const own = planServer(server, entries, input);
    const placed = place(server, own, {
      input,
      seen,
      present,
      taken,
      toolboxId: toolbox.id,
      ownUrl: urls.mcp,
    });
    seen.push(own);
    return placed;
  });
  const unknown = (input.only ?? []).filter((name) => !servers.some((each) => each.name === name));
  return {
    plan: {
      format,
      toolbox: { id: toolbox.id, slug: toolbox.slug },
      servers: plans.map(({ planned }) => planned),
      problems: [
        ...problems,
        ...(unknown.length > 0 ? [`It has no server called ${unknown.join(', ')}.`] : []),
      ],
    },
    servers: plans,
  };
}

interface PresentInstance {
  readonly id: string;
  readonly slug: string;
  readonly toolboxId: string;
  /** Everything by which a server may be named. */
  readonly names: readonly string[];
  readonly version: string;
  readonly settings: unknown;
  readonly secretNames: readonly string[];
}

async function presentInstances(
  db: TenantDb,
  dataDir: string,
): Promise<readonly PresentInstance[]> {
  const rows = await db
    .selectFrom('instances')
    .select([
      'id',
      'slug',
      'toolbox_id',
      'server_name',
      'version',
      'settings',
      'package',
      'launch',
      'sealed_secrets',
    ])
    .execute();
  return rows.map((row) => {
    const launch = launchFromRow(row.launch, dataDir);
    return {
      id: row.id,
      slug: row.slug,
      toolboxId: row.toolbox_id,
      names: [
        row.server_name,
        packageName(row.package),
        'url' in launch ? launch.url : undefined,
      ].filter((name) => name !== undefined),
      version: row.version,
      settings: row.settings,
      secretNames: [...sealedSecretsFromRow(row.sealed_secrets).keys()].sort(),
    };
  });
}

function packageName(stored: unknown): string | undefined {
  if (typeof stored !== 'object' || stored === null || !('name' in stored)) return undefined;
  return typeof stored.name === 'string' ? stored.name : undefined;
}

interface Placing {
  readonly input: ImportInput;
  readonly seen: readonly ServerPlan[];
  readonly present: readonly PresentInstance[];
  readonly taken: Set<string>;
  readonly toolboxId: string;
  /** Plugboard's own endpoints begin with it. */
  readonly ownUrl: string;
}

/** Compares a server with what is there already and gives it a slug. */
function place(
  server: ImportedServer,
  plan: ServerPlan,
  { input, seen, present, taken, toolboxId, ownUrl }: Placing,
): ServerPlan {
  const left = (
    action: PlannedServer['action'],
    more: Partial<PlannedServer> = {},
  ): ServerPlan => ({
    ...plan,
    planned: { ...plan.planned, action, ...more },
    request: undefined,
  });
  if (input.only && !input.only.includes(server.name)) return left('left_out');
  const { request, planned } = plan;
  const { run } = server;
  if (run.kind === 'remote' && isBelow(run.url.text, ownUrl)) {
    return left('left_out', { problems: [...planned.problems, 'it is Plugboard itself.'] });
  }
  if (!request) return plan;
  if (seen.some((other) => isSame(other, plan))) {
    const problems = [...planned.problems, 'it is in the file twice.'];
    return left('left_out', { problems });
  }
  const wanted = slugOf(server.name);
  const alike = present.filter(
    (each) => each.toolboxId === toolboxId && isServer(each, server, plan),
  );
  const same = alike.find((each) => hasSettings(each, server, plan));
  if (same) return left('unchanged', { instance: { id: same.id, slug: same.slug } });
  const other = alike.find(({ slug }) => slug === wanted);
  if (other) {
    const problems = [
      ...planned.problems,
      `${other.slug} is the same server with other settings, which are left alone. Change them there, or remove it first.`,
    ];
    return left('differs', { instance: { id: other.id, slug: other.slug }, problems });
  }
  const slug = freeSlug(wanted, taken);
  const by = present.find((each) => each.slug === wanted);
  taken.add(slug);
  return {
    ...plan,
    planned: {
      ...planned,
      slug,
      ...(slug !== wanted && {
        conflict: { slug: wanted, by: by ? 'another instance' : 'another server of this file' },
      }),
    },
  };
}

function isBelow(url: string, base: string): boolean {
  return url === base || url.startsWith(`${base}/`);
}

/** Whether two servers of a file come to the same. */
function isSame(a: ServerPlan, b: ServerPlan): boolean {
  const sealed = ({ secrets }: ServerPlan) =>
    Object.keys(secrets)
      .sort()
      .map((name) => [name, secrets[name]?.reveal()]);
  return (
    a.request !== undefined &&
    a.planned.name === b.planned.name &&
    isDeepStrictEqual(a.request, b.request) &&
    isDeepStrictEqual(sealed(a), sealed(b))
  );
}

function isServer(present: PresentInstance, { run }: ImportedServer, plan: ServerPlan): boolean {
  const names = [
    plan.request?.server,
    plan.planned.entry?.name,
    run.kind === 'package' ? run.name : undefined,
    run.kind === 'remote' ? URL.parse(run.url.text)?.href : undefined,
  ];
  return names.some((name) => name !== undefined && present.names.includes(name));
}

/** What was asked for then is asked for now, with secrets of the same names. */
function hasSettings(
  present: PresentInstance,
  { run }: ImportedServer,
  { request, secrets }: ServerPlan,
): boolean {
  const { server: _, ...settings } = request ?? { server: '' };
  const wanted = run.kind === 'package' ? run.version : undefined;
  return (
    (wanted === undefined || !/^\d/.test(wanted) || wanted === present.version) &&
    isDeepStrictEqual(structuredClone(settings), present.settings) &&
    isDeepStrictEqual(Object.keys(secrets).sort(), present.secretNames)
  );
}
