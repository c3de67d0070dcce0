import type { PostgresPool, PostgresPoolClient } from 'kysely';
import {
  type CustomTypesConfig,
  type ClientConfig,
  type PoolClient,
  Pool,
  types as standardTypes,
} from 'pg';

import { translateDatabaseError } from './database-errors.ts';
import type { StoreLog } from './store-log.ts';

/** How to reach a database as one role. */
export type Connection = Readonly<
  Pick<ClientConfig, 'host' | 'port' | 'database' | 'user' | 'password' | 'connectionString'>
>;

const bigintOid = standardTypes.builtins.INT8;

/** bigint columns count records and never pass 2^53, so they read as numbers. */
const types: CustomTypesConfig = {
  getTypeParser: ((oid, format) =>
    oid === bigintOid && format !== 'binary'
      ? parseSafeInteger
      : standardTypes.getTypeParser(oid, format)) as typeof standardTypes.getTypeParser,
};

function parseSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('a bigint column passed 2^53');
  return value;
}

/** What every connection of ours has in common. */
export function clientConfig(connection: Connection, purpose: string): ClientConfig {
  return {
    ...connection,
    types,
    application_name: `plugboard ${purpose}`,
    // An object that someone puts into another schema must not stand in for ours.
    options: '-c search_path=public',
    keepAlive: true,
    connectionTimeoutMillis: 5000,
  };
}

export function createPool(connection: Connection, size: number, log: StoreLog): Pool {
  const pool = new Pool({
    ...clientConfig(connection, 'requests'),
    max: size,
    idleTimeoutMillis: 60_000,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 30_000,
  });
  // An idle connection died; the pool has dropped it and makes another when it is needed.
  pool.on('error', (error) => log.debug({ error }, 'a database connection was lost'));
  // One in use died; the query in flight rejects, which is where it is handled.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** The pool as Kysely sees it: its failures are translated. */
export function translatingPool(pool: Pool, translate = translateDatabaseError): PostgresPool {
  const wrappers = new WeakMap<PoolClient, PostgresPoolClient>();
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect().catch((error: unknown) => {
        throw translate(error);
      });
      let wrapper = wrappers.get(client);
      if (wrapper === undefined) {
        wrapper = translatingClient(client, translate);
        wrappers.set(client, wrapper);
      }
      return wrapper;
    },
  };
}

function translatingClient(
  client: PoolClient,
  translate: typeof translateDatabaseError,
): PostgresPoolClient {
  const query = async (sql: string, parameters: readonly unknown[]): Promise<unknown> => {
    try {
      return await client.query(sql, [...parameters]);
    } catch (error) {
      throw translate(error);
    }
  };
  return {
    release: (destroy) => client.release(destroy),
    // Kysely's type also admits cursors, which we do not configure, and narrows the command's name.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    query: query as PostgresPoolClient['query'],
  };
}
