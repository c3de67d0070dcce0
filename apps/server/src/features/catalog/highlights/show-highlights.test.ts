import { newId } from '@plugboard/contracts';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { withTenant } from '../../../store/tenant.ts';
import {
  buildOrganization,
  createTestDatabase,
  type TestDatabase,
} from '../../../store/testing/test-database.ts';
import { buildSource, storeEntries } from '../search/testing/build-catalog.ts';
import { smallEntry } from '../search/testing/small-catalog.ts';
import { showHighlights } from './show-highlights.ts';

let database: TestDatabase;
let organizationId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  organizationId = await buildOrganization(db);
  const open = await buildSource(db, organizationId, { slug: 'open', kind: 'registry' });
  await storeEntries(db, organizationId, open, [
    ...Array.from({ length: 20 }, (_, n) =>
      smallEntry(`io.github.acme/server-${n}`, {
        description: 'one of many',
        source: { downloads: 100 * n, stars: 100 * (20 - n) },
        updatedAt: `2026-01-${String(n + 1).padStart(2, '0')}T00:00:00Z`,
      }),
    ),
    smallEntry('io.github.acme/old', {
      description: 'given up',
      status: 'deprecated',
      source: { downloads: 10_000_000, stars: 900_000 },
      updatedAt: '2026-05-01T00:00:00Z',
    }),
  ]);
  const closed = await buildSource(db, organizationId, {
    slug: 'closed',
    kind: 'registry',
    audience: 'admins',
  });
  await storeEntries(db, organizationId, closed, [
    smallEntry('io.github.acme/own', { description: 'ours', updatedAt: '2026-06-01T00:00:00Z' }),
  ]);
  await withTenant(db, organizationId, (tx) =>
    sql`update catalog_servers set tier = 'official', verified = true
      where name in ('io.github.acme/server-3', 'io.github.acme/server-5')`.execute(tx),
  );
});
afterAll(() => database[Symbol.asyncDispose]());

async function shelves(viewer: 'member' | 'admin' = 'member', organization = organizationId) {
  const shown = await withTenant(database.db, organization, (tx) => showHighlights(tx, viewer));
  const names = (shelf: typeof shown.featured) => shelf.map(({ name }) => name.split('/')[1]);
  return {
    featured: names(shown.featured),
    trending: names(shown.trending),
    updated: names(shown.updated),
  };
}

/** An instance with so many calls, each of which ended so many minutes ago. */
async function buildCalls(server: string, calls: number, minutesAgo: number): Promise<void> {
  const id = newId();
  await withTenant(database.db, organizationId, async (tx) => {
    await tx
      .insertInto('toolboxes')
      .values({ id, organization_id: organizationId, slug: id, name: 'Box', environment: 'dev' })
      .execute();
    await tx
      .insertInto('instances')
      .values({
        id,
        organization_id: organizationId,
        toolbox_id: id,
        slug: id,
        server_name: server,
        version: '1.0.0',
        launch: '{}',
      })
      .execute();
    const at = Date.now() - minutesAgo * 60_000;
    const all = Array.from({ length: calls }, () => at);
    await sql`select append_audit(
      array[${organizationId}]::uuid[], array[${calls}]::int[], ${all.map(() => '{}').join('\n')},
      ${all}::bigint[], ${all.map(() => 'call.outcome')}::text[], ${all.map(() => null)}::uuid[],
      ${all.map(() => null)}::uuid[], ${all.map(() => id)}::uuid[])`.execute(tx);
  });
}

describe('highlights', () => {
  it('feature the official ones first, then what most people use', async () => {
    const { featured } = await shelves();
    expect(featured).toHaveLength(12);
    expect(featured.slice(0, 4)).toEqual(['server-3', 'server-5', 'server-0', 'server-1']);
  });

  it('show what is new', async () => {
    expect((await shelves()).updated.slice(0, 3)).toEqual(['server-19', 'server-18', 'server-17']);
  });

  it('never advise what its publisher advises against', async () => {
    const all = Object.values(await shelves()).flat();
    expect(all).not.toContain('old');
  });

  it('show of a closed source nothing to others', async () => {
    expect(Object.values(await shelves()).flat()).not.toContain('own');
    expect((await shelves('admin')).updated[0]).toBe('own');
  });

  it('begin with what is called most here in this hour, each server once', async () => {
    expect((await shelves()).trending[0]).toBe('server-19');
    await buildCalls('io.github.acme/server-2', 3, 10);
    await buildCalls('io.github.acme/server-7', 4, 10);
    await buildCalls('io.github.acme/server-2', 2, 30);
    await buildCalls('io.github.acme/server-9', 50, 90);
    const { trending } = await shelves();
    expect(trending).toHaveLength(12);
    expect(trending.slice(0, 4)).toEqual(['server-2', 'server-7', 'server-19', 'server-18']);
    expect(new Set(trending).size).toBe(12);
  });

  it('are empty where the catalog is', async () => {
    const other = await buildOrganization(database.db);
    expect(await shelves('admin', other)).toEqual({ featured: [], trending: [], updated: [] });
  });
});
