import { newId } from '@plugboard/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { queryTenant } from './tenant-query.ts';
import { listOrganizationIds, withTenant } from './tenant.ts';
import {
  asRole,
  buildOrganization,
  createTestDatabase,
  type TestDatabase,
} from './testing/test-database.ts';

let database: TestDatabase;
let organizations: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  organizations = [];
  for (let n = 0; n < 3; n += 1) organizations.push(await buildOrganization(database.db));
});
afterAll(() => database[Symbol.asyncDispose]());

const slugs = () => database.db.selectFrom('organizations').select('slug').compile();

describe('queryTenant', () => {
  it('sees the organization asked for, on whatever connection, at any load', async () => {
    const asked = Array.from({ length: 300 }, (_, n) => organizations[n % 3] ?? '');
    const answers = await Promise.all(asked.map((id) => queryTenant(database.pool, id, slugs())));
    expect(answers).toEqual(asked.map((id) => [{ slug: `o-${id}` }]));
  });

  it('leaves nothing behind on the connection', async () => {
    await Promise.all(organizations.map((id) => queryTenant(database.pool, id, slugs())));
    for (let n = 0; n < 20; n += 1) {
      expect(await database.db.selectFrom('organizations').select('slug').execute()).toEqual([]);
    }
  });

  it('rejects what the database refuses, and the connection serves on', async () => {
    const [id = ''] = organizations;
    const { db, pool } = database;
    const bad = db.selectFrom('organizations').select('slug').where('id', '=', 'no uuid').compile();
    for (let n = 0; n < 30; n += 1) {
      await expect(queryTenant(pool, id, bad)).rejects.toMatchObject({ code: '22P02' });
      const broken = { ...slugs(), sql: `select nothing_${n} from organizations` };
      await expect(queryTenant(pool, id, broken)).rejects.toMatchObject({ code: '42703' });
      await expect(queryTenant(pool, id, broken)).rejects.toMatchObject({ code: '42703' });
    }
    expect(await queryTenant(pool, id, slugs())).toEqual([{ slug: `o-${id}` }]);
  });

  it('writes, and keeps what it wrote', async () => {
    const [id = ''] = organizations;
    const { db, pool } = database;
    const values = { id: newId(), organization_id: id, name: 'N', role: 'owner' } as const;
    const insert = db.insertInto('members').values(values).returning('name').compile();
    expect(await queryTenant(pool, id, insert)).toEqual([{ name: 'N' }]);
    expect(await queryTenant(pool, id, db.selectFrom('members').select('id').compile())).toEqual([
      { id: values.id },
    ]);
  });

  it('refuses what is no id', async () => {
    await expect(queryTenant(database.pool, "' or true", slugs())).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  it('says that the database is away when the connection is cut, and then serves on', async () => {
    const [id = ''] = organizations;
    const results = Promise.allSettled(
      Array.from({ length: 200 }, () => queryTenant(database.pool, id, slugs())),
    );
    await asRole(database.superuser, (client) =>
      client.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'plugboard requests' and datname = current_database()",
      ),
    );
    for (const result of await results) {
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({ code: 'unavailable' });
    }
    const serves = async () => queryTenant(database.pool, id, slugs());
    await expect.poll(serves).toHaveLength(1);
  });
});

describe('withTenant', () => {
  it('commits when its work resolves and rolls back when it rejects', async () => {
    const [id = ''] = organizations;
    const rename = (name: string) => (tx: typeof database.db) =>
      tx.updateTable('organizations').set({ name }).execute();
    await withTenant(database.db, id, rename('kept'));
    const failing = withTenant(database.db, id, async (tx) => {
      await rename('lost')(tx);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    const names = database.db.selectFrom('organizations').select('name').compile();
    expect(await queryTenant(database.pool, id, names)).toEqual([{ name: 'kept' }]);
  });

  it('lists organizations without one', async () => {
    expect(await listOrganizationIds(database.db)).toEqual(organizations);
  });
});
