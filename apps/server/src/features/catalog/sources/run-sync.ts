import type { SourceEntry, SourcePages, SourceResume } from '@plugboard/catalog';
import { AppError, isAppError } from '@plugboard/contracts';
import { sql } from 'kysely';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import { indexServers } from '../search/index-servers.ts';
import { readCounts, readRefusals } from './counts.ts';
import { holdYoungGeneration } from './hold-young-generation.ts';
import { openPages } from './open-pages.ts';
import { markVanished, selectVanished } from './remove-vanished.ts';
import { entryKey, storeBatch } from './store-batch.ts';
import { beatMs, type ClaimedSync, claimSync, noteSync, type SyncOutcome } from './sync-rows.ts';

export type SyncServices = Pick<AppServices, 'db' | 'keyring' | 'server' | 'log'>;

/** Entries stored in one transaction, at least; a page is never torn. */
const batchEntries = 200;
const refusalsKept = 100;

/**
 * Does a sync that waits, or goes on with one whose process died. Every batch is stored whole,
 * with where to go on after it. Resolves when it is over however it ended, which its row tells;
 * a sync that is somebody else's is left alone. Aborting puts it back in line.
 */
export async function runSync(
  services: SyncServices,
  organizationId: string,
  syncId: string,
  signal: AbortSignal,
): Promise<void> {
  const { db, log } = services;
  const claimed = await withTenant(db, organizationId, (tx) => claimSync(tx, syncId));
  if (!claimed) return;
  const lost = new AbortController();
  const limited = AbortSignal.any([signal, lost.signal]);
  const beat = keepBeating(services, organizationId, claimed, () => lost.abort(lostTurn()));
  try {
    await readAll(services, organizationId, claimed, limited);
  } catch (error) {
    if (lost.signal.aborted) return;
    const outcome = outcomeOf(error, signal);
    if (outcome.state === 'failed' && !isAppError(error)) {
      log.error({ err: error, source: claimed.source.slug }, 'a sync failed inside');
    }
    await withTenant(db, organizationId, (tx) => noteSync(tx, claimed, undefined, outcome));
  } finally {
    beat[Symbol.dispose]();
  }
}

/** Reads and stores to the end. */
async function readAll(
  services: SyncServices,
  organizationId: string,
  claimed: ClaimedSync,
  signal: AbortSignal,
): Promise<void> {
  const { db } = services;
  const { source, sync } = claimed;
  using _memory = holdYoungGeneration();
  await using owner = new AsyncDisposableStack();
  const counts = readCounts(sync.progress);
  const refusals = readRefusals(sync.refusals);
  const listed = new Set<string>();
  const goesOn = source.resume !== null && !sync.is_full;
  const pages: SourcePages = await openPages(services, source, {
    signal,
    isFull: sync.is_full,
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
      await finish(services, organizationId, claimed, {
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
  { db }: SyncServices,
  organizationId: string,
  claimed: ClaimedSync,
  { listed, watermark, counts, refusals }: Ending,
): Promise<void> {
  const { source } = claimed;
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

function keepBeating(
  { db, log }: SyncServices,
  organizationId: string,
  claimed: ClaimedSync,
  lost: () => void,
): Disposable {
  const timer = setInterval(() => {
    withTenant(db, organizationId, (tx) => noteSync(tx, claimed, undefined)).then(
      (mine) => {
        if (!mine) lost();
      },
      (error: unknown) => log.debug({ err: error }, 'a sync could not say that it is alive'),
    );
  }, beatMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

function outcomeOf(error: unknown, stopping: AbortSignal): SyncOutcome {
  if (stopping.aborted) return { state: 'queued' };
  if (isAppError(error)) return { state: 'failed', error: error.message };
  return { state: 'failed', error: 'Plugboard failed inside. Its log says more.' };
}

function lostTurn(): AppError {
  return new AppError('cancelled', 'The sync was cancelled, or another process goes on with it.');
}
