import type { Viewer } from '@plugboard/catalog';
import type { CatalogHighlights } from '@plugboard/contracts/api';
import { type RawBuilder, sql } from 'kysely';

import type { TenantDb } from '../../tenant-db.ts';
import { presentCard, readCard, readInstalled } from '../cards.ts';
import { visibleTo } from '../search/viewer.ts';

const shelfSize = 12;

/** So many of the newest records are looked through for calls: a bound on the work, not on the hour. */
const newestRecords = 10_000;

/** What to look at first: three shelves of servers that this viewer sees. To be called in a snapshot. */
export async function showHighlights(db: TenantDb, viewer: Viewer): Promise<CatalogHighlights> {
  const featured = await readShelf(
    db,
    viewer,
    sql`(s.tier = 'official' and s.verified) desc, s.popularity desc`,
  );
  const updated = await readShelf(db, viewer, sql`s.updated_at desc`);
  const trending = await readTrending(db, viewer);
  const shelves = { featured, trending, updated };
  const names = Object.values(shelves).flatMap((shelf) => shelf.map(({ name }) => name));
  const installed = await readInstalled(db, [...new Set(names)]);
  const present = (shelf: readonly ShelfRow[]) =>
    shelf.map(({ name, card }) => presentCard(readCard(card), installed.get(name)));
  return {
    featured: present(featured),
    trending: present(trending),
    updated: present(updated),
  };
}

interface ShelfRow {
  readonly name: string;
  readonly card: string;
}

/** The first servers in an order over `s`; those that are advised against are on no shelf. */
async function readShelf(
  db: TenantDb,
  viewer: Viewer,
  order: RawBuilder<unknown>,
): Promise<readonly ShelfRow[]> {
  const { rows } = await sql<ShelfRow>`
    select s.name, t.card
    from (
      select s.id, s.name, row_number() over (order by ${order}, s.name) as place
      from catalog_servers s
      where ${visibleTo(viewer)} and s.status = 'active'
      order by place
      limit ${shelfSize}) s
    join catalog_server_texts t on t.server_id = s.id
    order by s.place
  `.execute(db);
  return rows;
}

/** Most called here in the last hour; the rest of the shelf is what is loaded down most elsewhere. */
async function readTrending(db: TenantDb, viewer: Viewer): Promise<readonly ShelfRow[]> {
  const { rows: called } = await sql<ShelfRow>`
    with newest as (
      select kind, at, instance_id from audit_records order by seq desc limit ${newestRecords}),
    calls as (
      select i.server_name as name, count(*) as calls
      from newest n join instances i on i.id = n.instance_id
      where n.kind = 'call.outcome' and n.at > now() - interval '1 hour'
      group by i.server_name)
    select s.name, t.card
    from calls c
    join catalog_servers s on s.name = c.name
    join catalog_server_texts t on t.server_id = s.id
    where ${visibleTo(viewer)} and s.status = 'active'
    order by c.calls desc, s.name
    limit ${shelfSize}
  `.execute(db);
  const names = new Set(called.map(({ name }) => name));
  const loaded = await readShelf(db, viewer, sql`s.downloads desc, s.popularity desc`);
  return [...called, ...loaded.filter(({ name }) => !names.has(name))].slice(0, shelfSize);
}
