import { setTimeout as delay } from 'node:timers/promises';

import { AppError, isAppError } from '@plugboard/contracts';
import { Client, DatabaseError } from 'pg';

import { jobSchema } from '../jobs/job-schema.ts';
import { translateDatabaseError } from './database-errors.ts';
import { clientConfig, type Connection } from './pool.ts';
import type { StoreLog } from './store-log.ts';

const oldestVersion = 150_000;
const pollMs = 500;
const reportEveryMs = 5000;

export interface ExternalOptions {
  readonly databaseUrl: string;
  readonly log: StoreLog;
  /** How long to wait for the database to answer; 60 s unless told otherwise. */
  readonly waitMs?: number | undefined;
  /** Hears what is being waited for. */
  readonly onProgress?: ((message: string) => void) | undefined;
}

/**
 * Connects to a database that somebody else runs, waiting for it to answer, and makes sure that the
 * role is one that row-level security binds.
 *
 * Rejects with `AppError`: `invalid_input` when the URL, the role or the server's version is not
 * right, saying what would be; `unavailable` when nothing answers in time.
 */
export async function connectExternal(options: ExternalOptions): Promise<Connection> {
  const place = describePlace(options.databaseUrl);
  const connection = { connectionString: options.databaseUrl };
  await whenItAnswers(options, place, async () => {
    const client = new Client(clientConfig(connection, 'start'));
    client.on('error', () => undefined);
    try {
      await client.connect();
      await checkServer(client);
    } catch (error) {
      throw explain(error, place);
    } finally {
      await client.end().catch(() => undefined);
    }
  });
  return connection;
}

/** The database's place, without the password that its URL may hold. */
function describePlace(databaseUrl: string): string {
  // As PostgreSQL's own clients do, allow a user without a host: that is the socket.
  const complete = databaseUrl.replace(/^(postgres(?:ql)?:\/\/[^/@]*)@\//, '$1@localhost/');
  const url = URL.canParse(complete) ? new URL(complete) : undefined;
  if (url === undefined || !['postgres:', 'postgresql:'].includes(url.protocol)) {
    throw new AppError(
      'invalid_input',
      'DATABASE_URL is not a PostgreSQL URL: it looks like postgresql://user:password@host:5432/database',
    );
  }
  const host = url.searchParams.get('host') || url.host || 'localhost';
  return `${host}${url.pathname}`;
}

async function whenItAnswers(
  { log, waitMs = 60_000, onProgress }: ExternalOptions,
  place: string,
  attempt: () => Promise<void>,
): Promise<void> {
  const started = performance.now();
  for (let reported = -Infinity; ;) {
    try {
      return await attempt();
    } catch (error) {
      const waited = performance.now() - started;
      if (!isAppError(error, 'unavailable') || waited > waitMs) throw error;
      if (performance.now() - reported > reportEveryMs) {
        reported = performance.now();
        const message = `Waiting for the database at ${place} (${Math.round(waited / 1000)} s)`;
        log.warn({ error: error.cause }, message);
        onProgress?.(message);
      }
      await delay(pollMs);
    }
  }
}

function explain(error: unknown, place: string): unknown {
  if (error instanceof DatabaseError) {
    const { code = '' } = error;
    if (code.startsWith('28')) {
      return new AppError(
        'invalid_input',
        `The database at ${place} does not accept the user or password of DATABASE_URL.`,
        { cause: error },
      );
    }
    if (code === '3D000') {
      return new AppError('invalid_input', `There is no database at ${place}. ${setupSql()}`, {
        cause: error,
      });
    }
  }
  const translated = translateDatabaseError(error);
  if (!isAppError(translated, 'unavailable')) return translated;
  return new AppError(
    'unavailable',
    `The database at ${place} does not answer. Start it, or set DATABASE_URL to where it is.`,
    { cause: error, retryAfterMs: pollMs },
  );
}

interface Facts {
  readonly version: string;
  readonly role: string;
  readonly escapes: boolean;
  readonly creates: boolean;
  readonly keepsJobs: boolean;
  readonly finds: boolean;
}

async function checkServer(client: Client): Promise<void> {
  const { rows } = await client.query<Facts>(`
    select current_setting('server_version_num') as version, session_user as role,
           exists (select from pg_roles r where (r.rolsuper or r.rolbypassrls)
                   and pg_has_role(session_user, r.oid, 'member')) as escapes,
           has_schema_privilege('public', 'create') as creates,
           has_database_privilege(current_database(), 'create')
             or coalesce(has_schema_privilege(to_regnamespace('${jobSchema}'), 'create'), false) as "keepsJobs",
           exists (select from pg_extension where extname = 'pg_trgm')
             or (has_database_privilege(current_database(), 'create')
                 and exists (select from pg_available_extension_versions
                             where name = 'pg_trgm' and trusted)) as finds`);
  const [facts] = rows;
  if (facts === undefined)
    throw new Error('the database gave no answer to a question about itself');
  if (Number(facts.version) < oldestVersion) {
    const major = Math.floor(Number(facts.version) / 10_000);
    throw new AppError(
      'invalid_input',
      `The database is PostgreSQL ${major}, and Plugboard needs 15 or newer.`,
    );
  }
  if (facts.escapes) {
    throw new AppError(
      'invalid_input',
      `The role "${facts.role}" of DATABASE_URL can bypass row-level security, which keeps ` +
        `organizations apart: it is a superuser, has BYPASSRLS, or is a member of a role that is. ${setupSql()}`,
    );
  }
  if (!facts.creates) {
    const role = client.escapeIdentifier(facts.role);
    throw new AppError(
      'invalid_input',
      `The role "${facts.role}" of DATABASE_URL may not create tables. Run in that database:\n` +
        `  GRANT CREATE, USAGE ON SCHEMA public TO ${role};`,
    );
  }
  if (!facts.keepsJobs) {
    const role = client.escapeIdentifier(facts.role);
    throw new AppError(
      'invalid_input',
      `The role "${facts.role}" of DATABASE_URL has no schema for jobs and may not make one. Run in that database:\n` +
        `  CREATE SCHEMA ${jobSchema} AUTHORIZATION ${role};`,
    );
  }
  if (!facts.finds) {
    throw new AppError(
      'invalid_input',
      `The database has no extension pg_trgm, which the catalog is searched with, and the role "${facts.role}" ` +
        'of DATABASE_URL may not add it. Run in that database as a superuser (it comes with PostgreSQL; ' +
        'some systems have it in a package postgresql-contrib):\n' +
        '  CREATE EXTENSION pg_trgm WITH SCHEMA public;',
    );
  }
}

function setupSql(): string {
  return (
    'Make a role and a database for Plugboard alone, as a superuser:\n' +
    "  CREATE ROLE plugboard LOGIN PASSWORD '<choose one>' NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;\n" +
    '  CREATE DATABASE plugboard OWNER plugboard;\n' +
    'and set DATABASE_URL to postgresql://plugboard:<password>@<host>:5432/plugboard'
  );
}
