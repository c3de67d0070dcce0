import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

import { AppError } from '@plugboard/contracts';
import { Client } from 'pg';

import { prepareJobSchema } from '../jobs/job-schema.ts';
import { translateDatabaseError } from './database-errors.ts';
import { clientConfig, type Connection } from './pool.ts';
import type { StoreLog } from './store-log.ts';

const migrationsFolder = new URL('migrations/', import.meta.url);
/** 'plugbrd' in ASCII: any number that only we use. */
const lockKey = '31647541286138468';

export interface MigrateOptions {
  /** The role that owns the tables. */
  readonly connection: Connection;
  /** The role that serves requests, when it is another one: it may not rewrite history. */
  readonly appRole?: string | undefined;
  readonly log: StoreLog;
  readonly folder?: URL | undefined;
}

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/**
 * Brings the schema up to date and returns the numbers of the migrations applied. Each runs in a
 * transaction of its own. Any number of processes may do this at once: one works, the others wait.
 *
 * Rejects with `AppError('conflict')` when the database is newer than this program, or when a
 * migration that was applied has been changed since.
 */
export async function migrate(options: MigrateOptions): Promise<readonly number[]> {
  const migrations = await readMigrations(options.folder ?? migrationsFolder);
  const client = new Client(clientConfig(options.connection, 'migrations'));
  // A broken connection also rejects the query in flight, which is where it is handled.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await lock(client, options.log);
    return await applyMissing(client, migrations, options);
  } catch (error) {
    throw translateDatabaseError(error);
  } finally {
    // Ends the session, and with it the lock.
    await client.end();
  }
}

async function readMigrations(folder: URL): Promise<readonly Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file, index) => {
      const match = /^(\d{4})-([a-z0-9-]+)\.sql$/.exec(file);
      if (!match?.[1] || !match[2] || Number(match[1]) !== index + 1) {
        throw new Error(`migration ${file} breaks the numbering: ${index + 1} is next`);
      }
      const sql = (await readFile(new URL(file, folder), 'utf8')).replaceAll('\r\n', '\n');
      const checksum = createHash('sha256').update(sql).digest('hex');
      return { number: index + 1, name: match[2], sql, checksum };
    }),
  );
}

async function lock(client: Client, log: StoreLog): Promise<void> {
  await client.query('set statement_timeout = 0; set lock_timeout = 0');
  const tried = await client.query<{ locked: boolean }>(
    'select pg_try_advisory_lock($1::bigint) as locked',
    [lockKey],
  );
  if (tried.rows[0]?.locked) return;
  log.info({}, 'another Plugboard is migrating this database; waiting for it');
  await client.query('select pg_advisory_lock($1::bigint)', [lockKey]);
}

async function applyMissing(
  client: Client,
  migrations: readonly Migration[],
  { connection, appRole, log }: MigrateOptions,
): Promise<readonly number[]> {
  await client.query(`
    create table if not exists schema_migrations (
      number integer constraint schema_migrations_pk primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`);
  const applied = await client.query<Pick<Migration, 'number' | 'name' | 'checksum'>>(
    'select number, name, checksum from schema_migrations order by number',
  );
  for (const row of applied.rows) checkApplied(row, migrations);
  const missing = migrations.slice(applied.rows.length);
  for (const migration of missing) {
    await apply(client, migration);
    log.info({ migration: `${migration.number}-${migration.name}` }, 'migrated the database');
  }
  if (appRole !== undefined) await restrict(client, appRole);
  await prepareJobSchema(connection, appRole);
  return missing.map(({ number }) => number);
}

function checkApplied(
  row: Pick<Migration, 'number' | 'name' | 'checksum'>,
  migrations: readonly Migration[],
): void {
  const known = migrations[row.number - 1];
  if (known === undefined) {
    throw new AppError(
      'conflict',
      `The database has migration ${row.number} (${row.name}), and this Plugboard knows ` +
        `${migrations.length}: it was used by a newer one. Start that version or a later one.`,
    );
  }
  if (known.checksum !== row.checksum) {
    throw new AppError(
      'conflict',
      `Migration ${row.number} (${row.name}) was applied to this database in another form than this ` +
        'Plugboard has. Use the version that made the database, or an unchanged copy of this one.',
    );
  }
}

async function apply(client: Client, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(migration.sql);
    await client.query(
      'insert into schema_migrations (number, name, checksum) values ($1, $2, $3)',
      [migration.number, migration.name, migration.checksum],
    );
    await client.query('commit');
  } catch (error) {
    // If the connection is gone, so is the transaction.
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

/**
 * Takes back what the default privileges gave on tables that requests only add to, or only read, and
 * lets PostgreSQL, from 17 on, be told to look how the catalog's tables are filled.
 */
async function restrict(client: Client, appRole: string): Promise<void> {
  const role = client.escapeIdentifier(appRole);
  await client.query(`
    revoke insert, update, delete on schema_migrations from ${role};
    revoke update, delete on audit_records, audit_checkpoints from ${role};
  `);
  const { rows } = await client.query<{ version: string }>(
    `select current_setting('server_version_num') as version`,
  );
  if (Number(rows[0]?.version) < 170_000) return;
  await client.query(`
    grant maintain on catalog_servers, catalog_server_texts, catalog_tools, catalog_postings,
      catalog_words, catalog_versions to ${role};
  `);
}
