import { randomBytes } from 'node:crypto';
import { get } from 'node:http';
import { text } from 'node:stream/consumers';

import { newId } from '@plugboard/contracts';
import { Kysely, PostgresDialect } from 'kysely';
import { Client, type Pool } from 'pg';
import { inject } from 'vitest';

import { type Connection, createPool, translatingPool } from '../pool.ts';
import type { Database } from '../schema.ts';
import { withTenant } from '../tenant.ts';
import { silentLog, type TestServer } from './database-server.ts';

/** A migrated database of one test file's own, dropped when disposed. */
export interface TestDatabase extends AsyncDisposable {
  readonly kind: TestServer['kind'];
  /** As the role that serves requests. */
  readonly db: Kysely<Database>;
  readonly pool: Pool;
  /** As the role that serves requests. */
  readonly connection: Connection;
  readonly owner: Connection;
  /** Bypasses row-level security: for looking at what is really there, and for tampering with it. */
  readonly superuser: Connection;
}

let server: Promise<TestServer> | undefined;

/** Clones the migrated template. Takes about 50 ms, and more the first time in a run. */
export async function createTestDatabase(): Promise<TestDatabase> {
  server ??= askForServer();
  const { kind, socketFolder: host, superuser, owner, app, template } = await server;
  const database = `test_${randomBytes(8).toString('hex')}`;
  const admin: Connection = { host, user: superuser, database: 'postgres' };
  await asRole(admin, async (client) => {
    await client.query(`create database ${database} template ${template} owner ${owner}`);
    // Who may do what with a database is not copied from its template.
    await client.query(
      `revoke all on database ${database} from public; grant connect on database ${database} to ${app}`,
    );
  });
  const connection: Connection = { host, user: app, database };
  const pool = createPool(connection, 10, silentLog);
  return {
    kind,
    pool,
    connection,
    db: new Kysely<Database>({ dialect: new PostgresDialect({ pool: translatingPool(pool) }) }),
    owner: { host, user: owner, database },
    superuser: { host, user: superuser, database },
    async [Symbol.asyncDispose]() {
      await pool.end();
      await asRole(admin, (client) => client.query(`drop database ${database} with (force)`));
    },
  };
}

/** Makes an organization with nothing in it and returns its id. */
export async function buildOrganization(db: Kysely<Database>): Promise<string> {
  const id = newId();
  await withTenant(db, id, async (tx) => {
    await tx.insertInto('organization_directory').values({ id }).execute();
    await tx
      .insertInto('organizations')
      .values({ id, slug: `o-${id}`, name: 'Test organization' })
      .execute();
  });
  return id;
}

/** Runs `work` on a connection of its own as any role. */
export async function asRole<T>(
  connection: Connection,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client(connection);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function askForServer(): Promise<TestServer> {
  const socketPath = inject('testDatabaseSocket');
  return new Promise((resolve, reject) => {
    get({ socketPath, path: '/' }, (response) => {
      text(response).then((body) => {
        if (response.statusCode === 200) resolve(JSON.parse(body));
        else reject(new Error(`the test database did not start: ${body}`));
      }, reject);
    }).on('error', reject);
  });
}
