import type { Source, Sync } from '@plugboard/contracts/api';

import { readCounts, readRefusals } from './counts.ts';
import type { SourceView, SyncRow } from './queries.ts';

export function presentSource({ source, servers, lastSync }: SourceView): Source {
  return {
    id: source.id,
    slug: source.slug,
    title: source.title,
    kind: source.kind,
    ...(source.location !== null && { location: source.location }),
    audience: source.audience,
    priority: source.priority,
    allowPrivateNetwork: source.allow_private_network,
    hasToken: source.sealed_token !== null,
    enabled: source.enabled,
    everyMs: source.every_ms,
    servers,
    resumable: source.resume !== null,
    ...(source.synced_at && { syncedAt: source.synced_at.toISOString() }),
    ...(lastSync && { lastSync: presentSync(lastSync) }),
    createdAt: source.created_at.toISOString(),
  };
}

export function presentSync(row: SyncRow): Sync {
  return {
    id: row.id,
    sourceId: row.source_id,
    state: row.state,
    counts: readCounts(row.progress),
    refusals: readRefusals(row.refusals),
    ...(row.error !== null && { error: row.error }),
    ...(row.member_id !== null && { memberId: row.member_id }),
    queuedAt: row.queued_at.toISOString(),
    ...(row.started_at && { startedAt: row.started_at.toISOString() }),
    ...(row.ended_at && { endedAt: row.ended_at.toISOString() }),
  };
}
