import { newId } from '@plugboard/contracts';
import { Kysely, PostgresDialect } from 'kysely';
import { Client, type Pool } from 'pg';

import { type Connection, createPool, translatingPool } from '../../apps/server/src/store/pool.ts';
import type { Database } from '../../apps/server/src/store/schema.ts';
import { withTenant } from '../../apps/server/src/store/tenant.ts';
import { silentLog, startTestServer } from '../../apps/server/src/store/testing/database-server.ts';

export interface BenchDatabase extends AsyncDisposable {
  readonly db: Kysely<Database>;
  readonly pool: Pool;
  /** As the role that serves requests. */
  readonly connection: Connection;
  readonly organizationId: string;
  /** What autovacuum does within a minute or two of a sync. */
  vacuum(): Promise<void>;
}

/** A migrated database with one organization, on a server of its own with our settings. */
export async function openDatabase(
  kind: 'embedded' | 'external',
  connections = 1,
): Promise<BenchDatabase> {
  await using opening = new AsyncDisposableStack();
  const { server } = opening.use(await startTestServer(kind));
  const { socketFolder: host, superuser, owner, app, template } = server;
  const admin = new Client({ host, user: superuser, database: 'postgres' });
  await admin.connect();
  await admin.query(`create database bench template ${template} owner ${owner}`);
  await admin.query(`grant connect on database bench to ${app}`);
  await admin.end();
  const connection = { host, user: app, database: 'bench' };
  const pool = createPool(connection, connections, silentLog);
  opening.defer(() => pool.end());
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool: translatingPool(pool) }),
  });
  const organizationId = newId();
  await withTenant(db, organizationId, async (tx) => {
    await tx.insertInto('organization_directory').values({ id: organizationId }).execute();
    await tx
      .insertInto('organizations')
      .values({ id: organizationId, slug: 'bench', name: 'Bench' })
      .execute();
  });
  const opened = opening.move();
  const vacuum = async () => {
    const asOwner = new Client({ host, user: owner, database: 'bench' });
    await asOwner.connect();
    await asOwner.query('vacuum analyze');
    await asOwner.end();
  };
  return {
    db,
    pool,
    connection,
    organizationId,
    vacuum,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
