import type { SourceEntry, SourcePages, SourceResume } from '@plugboard/catalog';
import { AppError } from '@plugboard/contracts';
import { sql } from 'kysely';

import type { AppServices, ServerFacts } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import { indexServers } from '../search/index-servers.ts';
import { manyEntries, refreshStatistics } from '../search/refresh-statistics.ts';
import { readCounts, readRefusals } from './counts.ts';
import { openPages } from './open-pages.ts';
import { markVanished, selectVanished } from './remove-vanished.ts';
import { entryKey, storeBatch } from './store-batch.ts';
import { type ClaimedSync, noteSync } from './sync-rows.ts';

/** Where sources on this machine may lie, and where repositories are checked out. */
export type SourcePlace = Pick<ServerFacts, 'dataDir' | 'catalogDir'>;

export interface ReadServices {
  readonly db: AppServices['db'];
  readonly place: SourcePlace;
  /** What to send as Authorization. */
  readonly authorization: string | undefined;
}

/** Entries stored in one transaction, at least; a page is never torn. */
const batchEntries = 200;
const refusalsKept = 100;

/**
 * Reads a claimed sync's source and stores it batch by batch to its end; whoever claimed it keeps the
 * claim alive. Rejects with `cancelled` when the claim is lost, and as the source's reader does.
 */
export async function readSource(
  { db, place, authorization }: ReadServices,
  claimed: ClaimedSync,
  signal: AbortSignal,
): Promise<void> {
  const { source, sync } = claimed;
  const organizationId = source.organization_id;
  await using owner = new AsyncDisposableStack();
  const counts = readCounts(sync.progress);
  const refusals = readRefusals(sync.refusals);
  const listed = new Set<string>();
  const goesOn = source.resume !== null && !sync.is_full;
  const pages: SourcePages = await openPages(place, source, {
    signal,
    isFull: sync.is_full,
    authorization,
    owner,
  });
  let batch: SourceEntry[] = [];

  const store = (resume: SourceResume | undefined) =>
    withTenant(db, organizationId, async (tx) => {
      // First, so that of two processes that believe it theirs one waits here and then gives up.
      if (!(await noteSync(tx, claimed, undefined))) throw lostTurn();
      const stored = await storeBatch(tx, source, batch);
      await indexServers(tx, organizationId, stored.names);
      for (const key of ['added', 'changed', 'removed', 'unchanged'] as const) {
        counts[key] += stored[key];
      }
      await noteSync(tx, claimed, { counts, refusals });
      await tx
        .updateTable('catalog_sources')
        .set({ resume: resume === undefined ? null : JSON.stringify(resume) })
        .where('id', '=', source.id)
        .execute();
    });

  for (;;) {
    const { value, done } = await pages.next();
    if (done) {
      if (batch.length > 0) await store(undefined);
      const sawAll = value.listing === 'full' && !goesOn;
      await finish(db, claimed, {
        listed: sawAll ? listed : undefined,
        watermark: value.watermark,
        counts,
        refusals,
      });
      return;
    }
    signal.throwIfAborted();
    batch.push(...value.entries);
    counts.read += value.entries.length + value.refusals.length;
    counts.refused += value.refusals.length;
    counts.total = value.total ?? null;
    for (const { server } of value.entries) listed.add(entryKey(server));
    refusals.push(...value.refusals.slice(0, Math.max(0, refusalsKept - refusals.length)));
    if (batch.length >= batchEntries || value.resume === undefined) {
      await store(value.resume);
      batch = [];
    }
  }
}

interface Ending {
  /** What a complete listing had; undefined when what it had not may still be there. */
  readonly listed: ReadonlySet<string> | undefined;
  readonly watermark: string | undefined;
  readonly counts: ReturnType<typeof readCounts>;
  readonly refusals: ReturnType<typeof readRefusals>;
}

async function finish(
  db: AppServices['db'],
  claimed: ClaimedSync,
  { listed, watermark, counts, refusals }: Ending,
): Promise<void> {
  const { source } = claimed;
  const organizationId = source.organization_id;
  const vanished = listed
    ? await withTenant(db, organizationId, (tx) => selectVanished(tx, source.id, listed))
    : [];
  for (let at = 0; at < vanished.length; at += batchEntries) {
    const some = vanished.slice(at, at + batchEntries);
    await withTenant(db, organizationId, async (tx) => {
      if (!(await noteSync(tx, claimed, undefined))) throw lostTurn();
      await markVanished(tx, source.id, some);
      await indexServers(tx, organizationId, [...new Set(some.map(({ name }) => name))]);
      counts.removed += some.length;
      await noteSync(tx, claimed, { counts, refusals });
    });
  }
  if (counts.added + counts.changed + counts.removed >= manyEntries) await refreshStatistics(db);
  await withTenant(db, organizationId, async (tx) => {
    const mine = await noteSync(tx, claimed, { counts, refusals }, { state: 'succeeded' });
    if (!mine) throw lostTurn();
    await tx
      .updateTable('catalog_sources')
      .set({ resume: null, watermark: watermark ?? null, synced_at: sql<Date>`now()` })
      .where('id', '=', source.id)
      .execute();
  });
}

function lostTurn(): AppError {
  return new AppError('cancelled', 'The sync was cancelled, or another process goes on with it.');
}
