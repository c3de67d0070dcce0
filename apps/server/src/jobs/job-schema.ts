import { Client } from 'pg';

import { clientConfig, type Connection } from '../store/pool.ts';

export const jobSchema = 'pgboss';

/** Of pg-boss's tables, as the version in package.json makes them; a test compares. */
export const jobSchemaVersion = 40;

/**
 * Makes or upgrades the tables of the jobs' engine as their owner, and lets the role that serves
 * requests use them. Its code is loaded only when there is something to make.
 */
export async function prepareJobSchema(
  connection: Connection,
  appRole: string | undefined,
): Promise<void> {
  const client = new Client(clientConfig(connection, 'migrations'));
  client.on('error', () => undefined);
  await client.connect();
  try {
    if ((await currentVersion(client)) >= jobSchemaVersion) return;
    await makeTables(client);
    if (appRole !== undefined) await grantUse(client, client.escapeIdentifier(appRole));
  } finally {
    await client.end();
  }
}

async function currentVersion(client: Client): Promise<number> {
  const { rows: present } = await client.query<{ present: boolean }>(
    `select to_regclass('${jobSchema}.version') is not null as present`,
  );
  if (!present[0]?.present) return 0;
  const { rows } = await client.query<{ version: number }>(
    `select version from ${jobSchema}.version`,
  );
  return rows[0]?.version ?? 0;
}

async function makeTables(client: Client): Promise<void> {
  const { rows } = await client.query<{ present: boolean }>(
    `select to_regnamespace('${jobSchema}') is not null as present`,
  );
  const { PgBoss } = await import('pg-boss');
  const boss = new PgBoss({
    db: { executeSql: (text, values) => client.query(text, values) },
    schema: jobSchema,
    // Where an operator made the schema, the role may not be one that makes schemas.
    createSchema: !rows[0]?.present,
    supervise: false,
    schedule: false,
  });
  boss.on('error', () => undefined);
  await boss.start();
  await boss.stop({ graceful: false, close: false });
}

/** Rows only: what is made or dropped is the owner's. */
async function grantUse(client: Client, role: string): Promise<void> {
  await client.query(`
    grant usage on schema ${jobSchema} to ${role};
    grant select, insert, update, delete on all tables in schema ${jobSchema} to ${role};
    grant execute on all functions in schema ${jobSchema} to ${role};
  `);
}
