import { AppError } from '@plugboard/contracts';
import { sql } from 'kysely';

import { type Author, commitChange } from '../../change.ts';
import { requireSync } from './queries.ts';
import type { SourceServices } from './service.ts';
import { cancelHere } from './sync-job.ts';

/** Ends a sync that waits or runs, on whatever node; what it has stored stays. */
export async function cancelSync(
  services: SourceServices,
  author: Author,
  input: { readonly source: string; readonly sync: string },
): Promise<void> {
  await commitChange(services, author, async (db) => {
    const row = await requireSync(db, input.source, input.sync);
    const done = await db
      .updateTable('catalog_syncs')
      .set({
        state: 'cancelled',
        ended_at: sql<Date>`now()`,
        error: 'It was cancelled. What it stored stays; the next sync goes on from there.',
      })
      .where('id', '=', row.id)
      .where('state', 'in', ['queued', 'running'])
      .executeTakeFirst();
    if (done.numUpdatedRows === 0n) {
      throw new AppError('conflict', `The sync is over: it has ${row.state}.`);
    }
    return {
      result: undefined,
      record: { kind: 'source.sync_cancelled', change: { id: row.source_id, sync: row.id } },
      events: [],
    };
  });
  cancelHere(input.sync);
}
