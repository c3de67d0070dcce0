import { createHmac, randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';

import { Client } from 'pg';

import { bootstrapRole } from './cluster.ts';

export const databaseName = 'plugboard';
/** Owns the tables and runs migrations. */
export const ownerRole = 'plugboard_owner';
/** Serves requests: owns nothing, bypasses nothing, can become nobody else. */
export const appRole = 'plugboard_app';

/** While a cluster is provisioned: the bootstrap role alone, and only through the private socket. */
export const provisioningHba = `local all ${bootstrapRole} trust\n`;
/** At all other times the bootstrap role cannot log in. */
export const servingHba = `local ${databaseName} ${ownerRole},${appRole} scram-sha-256\n`;

/** The password of a role, derived from the secret of this data directory. */
export function rolePassword(secret: Buffer, role: string): string {
  return createHmac('sha256', secret).update(`postgres role ${role}`).digest('base64url');
}

/** The secret of this data directory; undefined until a cluster has been provisioned with it. */
export async function readClusterSecret(file: string): Promise<Buffer | undefined> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
  const secret = Buffer.from(text.trim(), 'hex');
  return secret.length === 32 ? secret : undefined;
}

/**
 * Makes the roles and the database, or sets them right, and only then writes the secret that their
 * passwords come from: a start cut short provisions again, and so does one whose secret was lost.
 */
export async function provision(socketFolder: string, secretFile: string): Promise<Buffer> {
  const secret = randomBytes(32);
  await asBootstrap(socketFolder, 'postgres', async (client) => {
    for (const role of [ownerRole, appRole]) {
      const exists = await client.query('select from pg_roles where rolname = $1', [role]);
      await client.query(
        `${exists.rowCount ? 'alter' : 'create'} role ${role} with login nosuperuser nobypassrls ` +
          `nocreatedb nocreaterole noreplication noinherit password '${rolePassword(secret, role)}'`,
      );
    }
    const found = await client.query('select from pg_database where datname = $1', [databaseName]);
    if (!found.rowCount) await client.query(`create database ${databaseName} owner ${ownerRole}`);
  });
  await asBootstrap(socketFolder, databaseName, prepareDatabase);
  await writeFile(`${secretFile}.new`, secret.toString('hex'), { mode: 0o600, flush: true });
  await rename(`${secretFile}.new`, secretFile);
  return secret;
}

/** Sets who may do what in a database; what the owner makes later follows by default. */
export async function prepareDatabase(client: Client): Promise<void> {
  const name = client.escapeIdentifier(client.database ?? databaseName);
  await client.query(`
    revoke all on database ${name} from public;
    grant connect on database ${name} to ${ownerRole}, ${appRole};
    alter schema public owner to ${ownerRole};
    revoke all on schema public from public;
    grant usage on schema public to ${appRole};
    alter default privileges for role ${ownerRole} in schema public
      grant select, insert, update, delete on tables to ${appRole};
    alter default privileges for role ${ownerRole} in schema public
      grant usage, select on sequences to ${appRole};
    alter default privileges for role ${ownerRole} in schema public
      grant execute on functions to ${appRole};
  `);
}

async function asBootstrap(
  socketFolder: string,
  database: string,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const client = new Client({ host: socketFolder, user: bootstrapRole, database });
  // A broken connection also rejects the query in flight, which is where it is handled.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
