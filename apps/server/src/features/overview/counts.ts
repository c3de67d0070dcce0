import type { Overview } from '@plugboard/contracts/api';
import { sql } from 'kysely';

import { viewerOf, visibleTo } from '../catalog/search/viewer.ts';
import { selectConnections } from '../connections/queries.ts';
import { selectCredentials } from '../credentials/queries.ts';
import type { Actor } from '../members/policy.ts';
import type { TenantDb } from '../tenant-db.ts';

/** How much there is of everything, as far as the actor may see it. */
export async function readCounts(
  db: TenantDb,
  actor: Actor,
  now: number,
): Promise<Overview['counts']> {
  const { rows } = await sql<Omit<Overview['counts'], 'credentials' | 'connections'>>`select
    (select count(*)::int from catalog_servers s where ${visibleTo(viewerOf(actor.role))}) as servers,
    (select count(*)::int from instances) as instances,
    (select count(*)::int from toolboxes) as toolboxes,
    (select count(*)::int from agents where revoked_at is null) as agents,
    (select count(*)::int from offerings where kind = 'tool') as tools`.execute(db);
  const [found] = rows;
  if (!found) throw new Error('counts are one row');
  const credentials = await selectCredentials(db, actor, { now });
  const connections = await selectConnections(db, actor);
  return { ...found, credentials: credentials.length, connections: connections.length };
}
