import { type AppError, isAppError } from '@plugboard/contracts';
import { Kysely, PostgresDialect } from 'kysely';
import type { Pool } from 'pg';

import { lockDataDirectory } from './data-directory-lock.ts';
import { translateDatabaseError } from './database-errors.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded/embedded-postgres.ts';
import { type ChangeFeed, listen } from './events.ts';
import { connectExternal } from './external.ts';
import { migrate } from './migrate.ts';
import { type Connection, createPool, translatingPool } from './pool.ts';
import type { Database } from './schema.ts';
import type { StoreLog } from './store-log.ts';

export interface OpenStoreOptions {
  readonly dataDir: string;
  /** A PostgreSQL 15 or newer of your own; without it the embedded one is started. */
  readonly databaseUrl?: string | undefined;
  readonly log: StoreLog;
  /** Hears, for a person, what is being done or waited for. */
  readonly onProgress?: ((message: string) => void) | undefined;
  /** The embedded server died and is being started again, or is back. */
  readonly onDown?: (() => void) | undefined;
  readonly onUp?: (() => void) | undefined;
  /** How long to wait for a database of your own; 60 s unless told otherwise. */
  readonly waitMs?: number | undefined;
  /** See `EmbeddedPostgresOptions`. */
  readonly templateCache?: string | undefined;
}

/** The migrated database, as the role that serves requests. */
export interface Store extends AsyncDisposable {
  readonly kind: 'embedded' | 'external';
  readonly db: Kysely<Database>;
  /** For `queryTenant`; everything else goes through `db`. */
  readonly pool: Pool;
  /** For parts that keep a connection of their own. */
  readonly connection: Connection;
  readonly onChange: ChangeFeed['onChange'];
  readonly heard: ChangeFeed['heard'];
}

const poolSize = 12;

/**
 * Locks the data directory, starts or awaits the database, migrates it and opens it.
 *
 * Rejects with `AppError`: `locked` when another process has the data directory; `conflict` when the
 * database is of another version; `invalid_input`, `unavailable`, `storage_full`, `install_failed`.
 */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  await using opening = new AsyncDisposableStack();
  const { log, databaseUrl } = options;
  opening.use(await lockDataDirectory(options.dataDir));
  const source = databaseUrl
    ? await openExternal(options, databaseUrl)
    : await openEmbedded(options, opening);
  options.onProgress?.('Checking the database schema');
  await migrate({ connection: source.owner, appRole: source.appRole, log });

  const pool = createPool(source.app, poolSize, log);
  opening.defer(() => pool.end());
  const feed = opening.use(await listen(source.app, log));
  const translate = (error: unknown): unknown => {
    const translated = translateDatabaseError(error);
    // A server that cannot start for want of space looks from here like one that is away.
    return isAppError(translated, 'unavailable') ? (source.failure() ?? translated) : translated;
  };
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool: translatingPool(pool, translate) }),
  });
  const opened = opening.move();
  return {
    kind: databaseUrl ? 'external' : 'embedded',
    db,
    pool,
    connection: source.app,
    onChange: (listener) => feed.onChange(listener),
    heard: () => feed.heard(),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

interface Source {
  readonly owner: Connection;
  readonly app: Connection;
  /** The role of `app` when it is not the owner of the tables. */
  readonly appRole: string | undefined;
  readonly failure: () => AppError | undefined;
}

async function openExternal(options: OpenStoreOptions, databaseUrl: string): Promise<Source> {
  options.onProgress?.('Connecting to the database');
  const connection = await connectExternal({ ...options, databaseUrl });
  return { owner: connection, app: connection, appRole: undefined, failure: () => undefined };
}

async function openEmbedded(
  options: OpenStoreOptions,
  opening: AsyncDisposableStack,
): Promise<Source> {
  options.onProgress?.('Starting the embedded database');
  const server: EmbeddedPostgres = opening.use(await startEmbeddedPostgres(options));
  const { owner, app } = server;
  return { owner, app, appRole: app.user, failure: () => server.failure };
}
