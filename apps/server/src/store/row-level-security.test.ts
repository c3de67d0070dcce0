import { newId } from '@plugboard/contracts';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { findTenantTables, type TenantTable, withoutTenant } from './testing/tables.ts';
import {
  asRole,
  buildOrganization,
  createTestDatabase,
  type TestDatabase,
} from './testing/test-database.ts';

let database: TestDatabase;
let tables: readonly TenantTable[];
let mine: string;
let theirs: string;

beforeAll(async () => {
  database = await createTestDatabase();
  mine = await buildOrganization(database.db);
  theirs = await buildOrganization(database.db);
  tables = await asRole(database.superuser, findTenantTables);
  await asRole(database.superuser, async (client) => {
    for (const table of tables) {
      for (const organizationId of [mine, theirs]) await fillTable(client, table, organizationId);
    }
  });
});

afterAll(() => database[Symbol.asyncDispose]());

/**
 * Puts a row of an organization into any table, whatever its columns: checks, references and
 * triggers are off, for only its tenant matters here.
 */
async function fillTable(client: Client, table: TenantTable, organizationId: string) {
  const present = await client.query(`select from ${table.name} where ${table.tenantColumn} = $1`, [
    organizationId,
  ]);
  if (present.rowCount) return;
  await client.query('set session_replication_role = replica');
  const { rows: checks } = await client.query<{ name: string }>(
    `select conname as name from pg_constraint where conrelid = $1::regclass and contype = 'c'`,
    [table.name],
  );
  for (const { name } of checks) {
    await client.query(`alter table ${table.name} drop constraint ${name}`);
  }
  const { rows: columns } = await client.query<{ name: string; type: string }>(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type from pg_attribute a
     where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
       and (a.attnotnull or a.attname = $2)`,
    [table.name, table.tenantColumn],
  );
  const values = columns.map(({ name, type }) =>
    name === table.tenantColumn ? `'${organizationId}'` : sampleOf(type),
  );
  await client.query(
    `insert into ${table.name} (${columns.map(({ name }) => name).join(', ')}) values (${values.join(', ')})`,
  );
}

function sampleOf(type: string): string {
  const samples: Readonly<Record<string, string>> = {
    uuid: 'gen_random_uuid()',
    text: 'gen_random_uuid()::text',
    bytea: "sha256(convert_to(gen_random_uuid()::text, 'UTF8'))",
    jsonb: "'{}'",
    boolean: 'true',
    'text[]': "'{}'",
    'uuid[]': "'{}'",
    smallint: '1',
    integer: '1',
    real: '1',
    bigint: '1',
    'double precision': '1',
    'timestamp with time zone': 'now()',
  };
  const sample = samples[type];
  if (sample === undefined) throw new Error(`no sample of type ${type}`);
  return sample;
}

/** As the role that serves requests, working for an organization, or for none. */
async function attack<T>(
  organizationId: string | undefined,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  return asRole(database.connection, async (client) => {
    await client.query('begin');
    if (organizationId !== undefined) {
      await client.query(`select set_config('plugboard.organization_id', $1, true)`, [
        organizationId,
      ]);
    }
    return work(client);
  });
}

/** Rows affected, or undefined when it was refused. */
async function affected(organizationId: string | undefined, statement: string) {
  return attack(organizationId, (client) =>
    client.query(statement).then(
      ({ rowCount }) => rowCount ?? 0,
      () => undefined,
    ),
  );
}

const refusedOrNothing = (count: number | undefined) => (count ?? 0) === 0;

describe('row-level security', () => {
  it('is on and forced on every table', async () => {
    expect(tables.length).toBeGreaterThan(14);
    const { rows } = await asRole(database.superuser, (client) =>
      client.query(
        `select relname from pg_class where relnamespace = 'public'::regnamespace
         and relkind in ('r', 'p', 'm', 'f')
         and relname not in ('schema_migrations', 'master_keys', 'installation_keys')
         and not (relrowsecurity and relforcerowsecurity)`,
      ),
    );
    expect(rows).toEqual([]);
  });

  it('has no view or function that runs with the rights of another role', async () => {
    const { rows } = await asRole(database.superuser, (client) =>
      client.query(
        `select proname as name from pg_proc where pronamespace = 'public'::regnamespace and prosecdef
         union all select relname from pg_class where relnamespace = 'public'::regnamespace
         and relkind = 'v' and not coalesce(reloptions @> '{security_invoker=true}', false)`,
      ),
    );
    expect(rows).toEqual([]);
  });

  it('has no reference from one organization to another', async () => {
    const { rows } = await asRole(database.superuser, (client) =>
      client.query(
        `select k.conname from pg_constraint k
         where k.contype = 'f' and k.connamespace = 'public'::regnamespace
           and k.confrelid::regclass::text <> all ($1)
           and exists (select from pg_attribute a where a.attrelid = k.conrelid and a.attname = 'organization_id')
           and not exists (select from pg_attribute a where a.attrelid = k.conrelid
                           and a.attname = 'organization_id' and a.attnum = any (k.conkey))`,
        [withoutTenant],
      ),
    );
    expect(rows).toEqual([]);
  });

  it('keeps what people sign in with from work for an organization', async () => {
    const user = newId();
    await asRole(database.superuser, async (client) => {
      await client.query(`insert into users (id, name, email) values ($1, 'Ann', $2)`, [
        user,
        `${user}@example.com`,
      ]);
      await client.query(
        `insert into user_sessions (id, user_id, token, expires_at) values ($1, $1, $2, now())`,
        [user, 'a token'],
      );
    });
    for (const name of ['users', 'user_sessions']) {
      expect(await affected(mine, `select from ${name}`), name).toBe(0);
      expect(await affected(mine, `delete from ${name}`), name).toBe(0);
      expect(await affected(undefined, `select from ${name}`), name).toBe(1);
    }
    await asRole(database.superuser, (client) =>
      client.query(`update members set user_id = $1 where organization_id = $2`, [user, mine]),
    );
    expect(await affected(mine, 'select from users')).toBe(1);
    expect(await affected(theirs, 'select from users')).toBe(0);
    expect(await affected(mine, 'update users set name = name')).toBe(0);
    expect(await affected(mine, 'delete from users')).toBe(0);
  });

  it('shows an organization its own rows and no others', async () => {
    for (const { name, tenantColumn } of tables) {
      if (name === 'organization_directory') continue;
      const { rows } = await attack(mine, (client) =>
        client.query<{ id: string }>(`select ${tenantColumn} as id from ${name}`),
      );
      expect(new Set(rows.map(({ id }) => id)), name).toEqual(new Set([mine]));
    }
  });

  it('shows nothing without an organization, but the directory', async () => {
    for (const { name } of tables) {
      const count = await affected(undefined, `select from ${name}`);
      expect(count, name).toBe(name === 'organization_directory' ? 2 : 0);
    }
  });

  it('lets nobody insert a row of another organization', async () => {
    for (const { name, tenantColumn } of tables) {
      const columns = await columnsOf(name);
      const copied = columns.map((column) => (column === tenantColumn ? `'${theirs}'` : column));
      const statement = `insert into ${name} (${columns.join(', ')}) select ${copied.join(', ')} from ${name}`;
      for (const organizationId of [mine, undefined]) {
        expect(await affected(organizationId, statement), name).toSatisfy(refusedOrNothing);
      }
    }
  });

  it('lets nobody update, move or delete rows of another organization', async () => {
    for (const { name, tenantColumn } of tables) {
      for (const organizationId of [mine, undefined]) {
        const where = `where ${tenantColumn} = '${theirs}'`;
        for (const statement of [
          `update ${name} set ${tenantColumn} = ${tenantColumn} ${where}`,
          `update ${name} set ${tenantColumn} = '${mine}' ${where}`,
          `update ${name} set ${tenantColumn} = '${theirs}' where ${tenantColumn} = '${mine}'`,
          `delete from ${name} ${where}`,
          `select from ${name} ${where} for update`,
          `truncate ${name} cascade`,
        ]) {
          const count = await affected(organizationId, statement);
          // In an external database the role owns its tables and could truncate, all its own data.
          if (statement.startsWith('truncate') && database.kind === 'external') continue;
          if (statement.startsWith('truncate')) expect(count, name).toBeUndefined();
          else expect(count, `${statement} as ${organizationId}`).toSatisfy(refusedOrNothing);
        }
      }
    }
    const { rows } = await asRole(database.superuser, (client) =>
      client.query(`select from organization_directory where id = $1`, [theirs]),
    );
    expect(rows).toHaveLength(1);
  });

  it('cannot be led astray by what the setting holds', async () => {
    for (const value of ['*', "' or true --", '%', 'null', theirs.slice(1)]) {
      const shown = await attack(value, (client) =>
        client.query('select from organizations').then(
          ({ rowCount }) => rowCount,
          () => 0,
        ),
      );
      expect(shown, value).toBe(0);
    }
  });

  async function columnsOf(table: string): Promise<string[]> {
    const { rows } = await asRole(database.superuser, (client) =>
      client.query<{ name: string }>(
        `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
        [table],
      ),
    );
    return rows.map(({ name }) => name);
  }
});

describe('the role that serves requests', () => {
  it('cannot become another', async () => {
    const { superuser, owner } = database;
    for (const statement of [
      'reset role; reset session authorization',
      `set role ${superuser.user}`,
      `set session authorization ${superuser.user}`,
      'set role none',
      ...(owner.user === database.connection.user ? [] : [`set role ${owner.user}`]),
      'set row_security = off',
    ]) {
      const shown = await attack(undefined, (client) =>
        client.query(statement).then(
          async () => (await client.query('select from organizations')).rowCount,
          () => 0,
        ),
      ).catch(() => 0);
      expect(shown, statement).toBe(0);
    }
  });

  it('holds no power over the server or other roles', async () => {
    for (const statement of [
      'create role intruder superuser',
      `alter role ${database.connection.user} bypassrls`,
      `alter role ${database.connection.user} superuser`,
      'create database stolen',
      'create extension dblink',
      "copy organizations to program 'cat'",
      "copy (select 1) to '/tmp/plugboard-stolen'",
      "select pg_read_file('/etc/passwd')",
      "select lo_import('/etc/passwd')",
      'alter system set fsync = off',
      'set session_replication_role = replica',
    ]) {
      expect(await affected(mine, statement), statement).toBeUndefined();
    }
  });

  it.skipIf(process.env['PLUGBOARD_TEST_DATABASE'] === 'external')(
    'owns nothing and cannot change the schema',
    async () => {
      const { rows } = await asRole(database.superuser, (client) =>
        client.query(
          `select relname from pg_class where relowner = $1::regrole
           union all select proname from pg_proc where proowner = $1::regrole`,
          [database.connection.user],
        ),
      );
      expect(rows).toEqual([]);
      for (const statement of [
        'alter table agents no force row level security',
        'alter table agents disable row level security',
        'drop policy tenant on agents',
        'create policy mine on agents using (true)',
        'create table mine (id int)',
        'create temp table audit_heads (id int)',
        'create function public.mine() returns int language sql return 1',
        'create schema mine',
        'alter table agents disable trigger all',
        'drop table agents',
        'insert into schema_migrations (number, name, checksum) values (99, $$x$$, $$x$$)',
        'delete from schema_migrations',
      ]) {
        expect(await affected(mine, statement), statement).toBeUndefined();
      }
    },
  );

  it('may use a table that a later migration makes', async () => {
    await asRole(database.owner, (client) =>
      client.query(
        `create table later (organization_id uuid);
         alter table later enable row level security; alter table later force row level security;
         create policy tenant on later using (organization_id = current_organization())`,
      ),
    );
    expect(await affected(mine, `insert into later values ('${mine}')`)).toBe(1);
    expect(await affected(mine, `insert into later values ('${newId()}')`)).toBeUndefined();
  });
});
