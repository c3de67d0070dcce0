import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { Client } from 'pg';
import { inject } from 'vitest';

import {
  ownerRole,
  readClusterSecret,
  rolePassword,
} from '../../apps/server/src/store/embedded/provision.ts';
import type { TestServer } from '../../apps/server/src/store/testing/database-server.ts';

/** The database of a Plugboard under test: its own embedded one, or one on the outside server. */
export interface DatabaseUnderTest extends AsyncDisposable {
  /** For DATABASE_URL; undefined for the embedded one. */
  readonly url: string | undefined;
  /**
   * Runs SQL as who owns the tables, which is as much as a thief of the data directory can do: with
   * triggers and row-level security out of the way.
   */
  tamper(dataDir: string, ...statements: string[]): Promise<void>;
  /** Rows as they lie in the tables, of all organizations. */
  rows(dataDir: string, query: string): Promise<Record<string, unknown>[]>;
}

/** PLUGBOARD_TEST_DATABASE says which: `embedded`, the default, or `external`. */
export async function databaseUnderTest(): Promise<DatabaseUnderTest> {
  return process.env['PLUGBOARD_TEST_DATABASE'] === 'external' ? outsideDatabase() : embedded();
}

function embedded(): DatabaseUnderTest {
  const connect = async (dataDir: string) => {
    const secret = await readClusterSecret(path.join(dataDir, 'postgres.secret'));
    if (!secret) throw new Error(`no database was made in ${dataDir}`);
    return {
      host: path.join(dataDir, 'run'),
      database: 'plugboard',
      user: ownerRole,
      password: rolePassword(secret, ownerRole),
    };
  };
  return {
    url: undefined,
    tamper: async (dataDir, ...statements) => runAsOwner(await connect(dataDir), statements),
    rows: async (dataDir, query) => readAsOwner(await connect(dataDir), query),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A database of its own on the outside server, which several Plugboards can share. */
export async function outsideDatabase(): Promise<DatabaseUnderTest> {
  const server = await askForServer();
  const { socketFolder: host, superuser, owner } = server;
  const database = `system_${randomBytes(6).toString('hex')}`;
  const admin = { host, user: superuser, database: 'postgres' };
  await run(admin, [`create database ${database} owner ${owner}`]);
  const asOwner = { host, user: owner, database };
  return {
    url: `postgresql://${owner}@localhost/${database}?host=${encodeURIComponent(host)}`,
    tamper: (_dataDir, ...statements) => runAsOwner(asOwner, statements),
    rows: (_dataDir, query) => readAsOwner(asOwner, query),
    [Symbol.asyncDispose]: () => run(admin, [`drop database ${database} with (force)`]),
  };
}

type Connection = NonNullable<ConstructorParameters<typeof Client>[0]>;

/** Row-level security binds the owner too, until the owner lifts it. */
async function runAsOwner(connection: Connection, statements: readonly string[]): Promise<void> {
  await run(connection, [
    'begin',
    'alter table audit_records no force row level security, disable trigger user',
    'alter table audit_heads no force row level security',
    'alter table audit_checkpoints no force row level security, disable trigger user',
    ...statements,
    'alter table audit_records force row level security, enable trigger user',
    'alter table audit_heads force row level security',
    'alter table audit_checkpoints force row level security, enable trigger user',
    'commit',
  ]);
}

async function readAsOwner(
  connection: Connection,
  query: string,
): Promise<Record<string, unknown>[]> {
  return withClient(connection, async (client) => {
    for (let round = 1; ; round += 1) {
      await client.query('begin');
      // Gives way to the server's own work, before the database would choose who does.
      await client.query("set local lock_timeout = '300ms'");
      try {
        const tables = await client.query(
          'select relname from pg_class where relforcerowsecurity and relkind = $1',
          ['r'],
        );
        for (const { relname } of tables.rows) {
          await client.query(`alter table ${relname} no force row level security`);
        }
        const { rows } = await client.query(query);
        return rows;
      } catch (error) {
        if (!isLocked(error) || round === 50) throw error;
      } finally {
        await client.query('rollback');
      }
      await delay(100);
    }
  });
}

/** lock_not_available. */
function isLocked(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '55P03';
}

function run(connection: Connection, statements: readonly string[]): Promise<void> {
  return withClient(connection, async (client) => {
    for (const statement of statements) await client.query(statement);
  });
}

async function withClient<T>(
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

async function askForServer(): Promise<TestServer> {
  const { get } = await import('node:http');
  const { json } = await import('node:stream/consumers');
  const { promise, resolve, reject } = Promise.withResolvers<TestServer>();
  get({ socketPath: inject('testDatabaseSocket'), path: '/' }, (response) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what global-setup.ts answers with
    json(response).then((body) => resolve(body as TestServer), reject);
  }).on('error', reject);
  return promise;
}
