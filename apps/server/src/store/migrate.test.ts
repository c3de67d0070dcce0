import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { migrate } from './migrate.ts';
import { silentLog } from './testing/database-server.ts';
import { asRole, createTestDatabase, type TestDatabase } from './testing/test-database.ts';

const run = promisify(execFile);

describe('migrate', () => {
  let database: TestDatabase;
  let folder: string;
  beforeEach(async () => {
    database = await createTestDatabase();
    // An empty database, but for the grants that migration applies to.
    await asRole(database.superuser, (client) => client.query('drop table schema_migrations'));
    folder = `${await mkdtemp(path.join(tmpdir(), 'plugboard-migrations-'))}/`;
  });
  afterEach(async () => {
    await database[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const write = (file: string, sql: string) => writeFile(path.join(folder, file), sql);
  const apply = () =>
    migrate({ connection: database.owner, log: silentLog, folder: pathToFileURL(folder) });

  it('applies what is missing, in order, once', async () => {
    await write('0001-first.sql', 'create table a (id int)');
    expect(await apply()).toEqual([1]);
    await write('0002-second.sql', 'alter table a add b int');
    expect(await apply()).toEqual([2]);
    expect(await apply()).toEqual([]);
  });

  it('leaves nothing of a migration that fails, and keeps those before it', async () => {
    await write('0001-first.sql', 'create table a (id int)');
    await write('0002-second.sql', 'create table b (id int); select 1 / 0');
    await expect(apply()).rejects.toThrow('division by zero');
    await write('0002-second.sql', 'create table b (id int)');
    expect(await apply()).toEqual([2]);
  });

  it('refuses a migration that changed since, and a database newer than the program', async () => {
    await write('0001-first.sql', 'create table a (id int)');
    await write('0002-second.sql', 'create table b (id int)');
    await apply();
    await write('0002-second.sql', 'create table b (id bigint)');
    await expect(apply()).rejects.toMatchObject({
      code: 'conflict',
      message: /2 \(second\) was applied/,
    });
    await rm(path.join(folder, '0002-second.sql'));
    await expect(apply()).rejects.toMatchObject({ code: 'conflict', message: /newer/ });
  });

  it('refuses a gap in the numbers', async () => {
    await write('0002-second.sql', 'select 1');
    await expect(apply()).rejects.toThrow('breaks the numbering');
  });

  it('works once when several processes do it at the same moment', async () => {
    await write('0001-first.sql', 'create table a (id int); select pg_sleep(0.3)');
    await write('0002-second.sql', 'create table b (id int); select pg_sleep(0.1)');
    const program = `
      const { migrate } = await import(${JSON.stringify(new URL('migrate.ts', import.meta.url).href)});
      const quiet = { debug() {}, info() {}, warn() {}, error() {} };
      console.log(JSON.stringify(await migrate({
        connection: ${JSON.stringify(database.owner)}, log: quiet,
        folder: new URL(${JSON.stringify(pathToFileURL(folder).href)}) })));`;
    const outputs = await Promise.all(
      Array.from({ length: 4 }, () =>
        run(process.execPath, ['--input-type=module', '-e', program]),
      ),
    );
    expect(outputs.map(({ stdout }) => stdout.trim()).sort()).toEqual(['[1,2]', '[]', '[]', '[]']);
  });
});
