import { type ServerJson, serverJsonSchemaUrl } from '@plugboard/catalog';

import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import { loadAccess } from '../access/access-source.ts';
import { decideAll } from '../access/decisions.ts';
import type { TenantDb } from '../tenant-db.ts';
import type { ServerResponse } from './present-version.ts';

const maxDescription = 100;

/**
 * What an agent may use, as entries of a registry: one for each instance of which at least one tool,
 * prompt or resource is granted, to be reached at Plugboard and nowhere else.
 */
export async function listAgentEntries(
  { db, clock, server }: Pick<AppServices, 'clock' | 'db' | 'server'>,
  organizationId: string,
  agentId: string,
): Promise<readonly AgentEntry[]> {
  return withTenant(db, organizationId, async (tx) => {
    const { grants, instances } = await loadAccess(tx, agentId);
    const allowed = new Set(
      decideAll(grants, instances, clock()).flatMap((each) =>
        each.allowed ? [each.instance] : [],
      ),
    );
    const shown = instances.filter(({ slug }) => allowed.has(slug));
    const about = await describe(
      tx,
      shown.map(({ id }) => id),
    );
    return shown
      .map(({ id, slug, toolboxSlug }) =>
        toEntry(about.get(id), slug, toolboxSlug, `${server.urls.mcp}/${toolboxSlug}/${slug}`),
      )
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  });
}

/** An instance as an entry, and when it came to be what it is. */
export interface AgentEntry {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly updatedAt: Date;
  readonly response: ServerResponse;
}

type About = Awaited<ReturnType<typeof selectAbout>>[number];

async function describe(db: TenantDb, ids: readonly string[]): Promise<Map<string, About>> {
  if (ids.length === 0) return new Map();
  return new Map((await selectAbout(db, ids)).map((row) => [row.id, row]));
}

function selectAbout(db: TenantDb, ids: readonly string[]) {
  return db
    .selectFrom('instances')
    .where('id', 'in', ids)
    .select(['id', 'server_name', 'version', 'entry', 'created_at', 'defined_at'])
    .execute();
}

function toEntry(about: About | undefined, slug: string, toolbox: string, url: string): AgentEntry {
  const name = `dev.plugboard.${toolbox}/${slug}`;
  const version = about?.version ?? 'unknown';
  const server = about?.server_name ?? slug;
  const description = describeEntry(about) ?? `${server} in the toolbox ${toolbox}`;
  const updatedAt = about?.defined_at ?? about?.created_at ?? new Date(0);
  const document: ServerJson = {
    $schema: serverJsonSchemaUrl,
    name,
    title: slug,
    description: description.slice(0, maxDescription),
    version,
    remotes: [
      {
        type: 'streamable-http',
        url,
        headers: [
          {
            name: 'Authorization',
            description: 'The token of the agent, after the word Bearer.',
            isRequired: true,
            isSecret: true,
            value: 'Bearer {token}',
            variables: {
              token: { description: 'Begins with pba_', isRequired: true, isSecret: true },
            },
          },
        ],
      },
    ],
    _meta: { 'dev.plugboard/instance': { server, toolbox, instance: slug } },
  };
  const response = {
    server: document,
    _meta: {
      'io.modelcontextprotocol.registry/official': {
        status: 'active',
        updatedAt: updatedAt.toISOString(),
        isLatest: true,
      },
    },
  };
  return { name, version, description, updatedAt, response };
}

function describeEntry(about: About | undefined): string | undefined {
  if (about?.entry == null) return undefined;
  const entry: unknown = JSON.parse(about.entry);
  return typeof entry === 'object' && entry !== null && 'description' in entry
    ? String(entry.description)
    : undefined;
}
