import { setTimeout as delay } from 'node:timers/promises';

import type { Sync, SyncEvent } from '@plugboard/contracts/api';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import { presentSync } from './present.ts';
import { requireSync } from './queries.ts';

const lookMs = 300;

/** Tells of a sync whenever it is further, on whatever node it runs, until it has ended. */
export async function* watchSync(
  { db }: Pick<AppServices, 'db'>,
  organizationId: string,
  { source, sync: id }: { readonly source: string; readonly sync: string },
  signal: AbortSignal,
): AsyncGenerator<SyncEvent, void, void> {
  let told = '';
  while (!signal.aborted) {
    const row = await withTenant(db, organizationId, (tx) => requireSync(tx, source, id));
    const sync = presentSync(row);
    if (row.state !== 'queued' && row.state !== 'running') {
      yield { type: 'done', sync };
      return;
    }
    const message = progressMessage(sync);
    if (message !== told) yield { type: 'progress', message, sync };
    told = message;
    await delay(lookMs, undefined, { signal }).catch(() => undefined);
  }
}

function progressMessage({ state, counts }: Sync): string {
  if (state === 'queued') return 'Waiting for its turn';
  const { read, total, added, changed, removed } = counts;
  const of = total === null ? '' : ` of ${total}`;
  return `Read ${read}${of} entries: ${added} new, ${changed} changed, ${removed} removed`;
}
