import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import { type AgentEntry, listAgentEntries } from './agent-entries.ts';
import type { Asker } from './asker.ts';
import { readCursor, writeCursor } from './cursor.ts';
import type { ListQuery } from './list-query.ts';
import { presentVersion, type ServerResponse } from './present-version.ts';
import { selectVersions, selectVersionsOf } from './queries.ts';

export type ListingServices = Pick<AppServices, 'clock' | 'db' | 'server'>;

export interface ServerList {
  readonly servers: readonly ServerResponse[];
  readonly metadata: { readonly count: number; readonly nextCursor?: string };
}

/** A page of what the asker may see. */
export async function listServers(
  services: ListingServices,
  asker: Asker,
  query: ListQuery,
): Promise<ServerList> {
  const after = query.cursor === undefined ? undefined : readCursor(query.cursor);
  if (asker.kind === 'agent') {
    const entries = await listAgentEntries(services, asker.organizationId, asker.agentId);
    const wanted = entries.filter((entry) => isWanted(entry, query));
    const rest = after ? wanted.filter(({ name }) => name > after.name) : wanted;
    return toPage(rest, query.limit, ({ response }) => response);
  }
  const rows = await withTenant(services.db, asker.organizationId, (db) =>
    selectVersions(db, {
      audiences: asker.audiences,
      search: query.search,
      updatedSince: query.updated_since,
      version: query.version,
      // Whoever follows changes must hear of what is gone.
      includeDeleted: query.include_deleted || query.updated_since !== undefined,
      after,
      limit: query.limit + 1,
    }),
  );
  return toPage(rows, query.limit, presentVersion);
}

/** Every version of one server that the asker may see, newest first; empty when there is none. */
export async function listVersionsOf(
  services: ListingServices,
  asker: Asker,
  name: string,
  includeDeleted: boolean,
): Promise<readonly ServerVersion[]> {
  if (asker.kind === 'agent') {
    const entries = await listAgentEntries(services, asker.organizationId, asker.agentId);
    return entries
      .filter((entry) => entry.name === name)
      .map(({ version, response }) => ({ version, response }));
  }
  const rows = await withTenant(services.db, asker.organizationId, (db) =>
    selectVersionsOf(db, asker.audiences, name, includeDeleted),
  );
  return rows.map((row) => ({ version: row.version, response: presentVersion(row) }));
}

export interface ServerVersion {
  readonly version: string;
  readonly response: ServerResponse;
}

function toPage<T extends { readonly name: string; readonly version: string }>(
  rows: readonly T[],
  limit: number,
  present: (row: T) => ServerResponse,
): ServerList {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    servers: page.map(present),
    metadata: {
      count: page.length,
      ...(rows.length > limit && last && { nextCursor: writeCursor(last) }),
    },
  };
}

function isWanted(
  entry: AgentEntry,
  { search, updated_since: since, version }: ListQuery,
): boolean {
  const text = `${entry.name} ${entry.description}`.toLowerCase();
  return (
    (search === undefined || text.includes(search.toLowerCase())) &&
    (since === undefined || entry.updatedAt >= since) &&
    (version === undefined || version === 'latest' || version === entry.version)
  );
}
