import type { Need } from '@plugboard/contracts/api';

import { clipped, mayDo, type NeedContext, needId } from './need-context.ts';

/** Sources of the catalog whose last sync failed. */
export async function findSourceNeeds(context: NeedContext): Promise<Need[]> {
  if (!mayDo(context, 'source.sync')) return [];
  const rows = await context.db
    .selectFrom('catalog_syncs as sync')
    .innerJoin('catalog_sources as source', 'source.id', 'sync.source_id')
    .where('source.enabled', '=', true)
    .where('sync.state', 'in', ['succeeded', 'failed'])
    .distinctOn('sync.source_id')
    .orderBy('sync.source_id')
    .orderBy('sync.queued_at', 'desc')
    .orderBy('sync.id', 'desc')
    .select(['source.id', 'source.title', 'sync.state', 'sync.error', 'sync.ended_at'])
    .execute();
  return rows
    .filter(({ state }) => state === 'failed')
    .map(({ id, title, error, ended_at: endedAt }) => ({
      id: needId('source_failing', id),
      kind: 'source_failing',
      severity: 'medium',
      title: `The source ${title} cannot be read`,
      detail: clipped(error ?? 'Its last sync failed. What was read before stays in the catalog.'),
      ...(endedAt && { since: endedAt.toISOString() }),
      action: { kind: 'sync', href: '/settings?part=sources' },
    }));
}
