import { callOutcomes, type CallOutcomeName } from '@plugboard/contracts';
import type { AuditEntry } from '@plugboard/contracts/api';
import { getRouteApi } from '@tanstack/react-router';

export const auditRoute = getRouteApi('/audit');

export type AuditSearch = ReturnType<typeof auditRoute.useSearch>;

/** How far back a list reaches, by the word in the URL. */
export const ranges = [
  { value: '1h', label: 'Last hour', ms: 3_600_000 },
  { value: '24h', label: 'Last 24 hours', ms: 86_400_000 },
  { value: '7d', label: 'Last 7 days', ms: 7 * 86_400_000 },
  { value: '30d', label: 'Last 30 days', ms: 30 * 86_400_000 },
] as const;

/** What the server is asked for. What a link says wrongly is left out. */
export interface AuditFilter {
  readonly q?: string;
  readonly kind?: string;
  readonly agent?: string;
  readonly instance?: string;
  readonly member?: string;
  readonly outcome?: CallOutcomeName;
  readonly call?: string;
  readonly since?: string;
  readonly until?: string;
}

/** The filter of a URL. `now` is when the page was opened, so that the list stays one list. */
export function filterOf(search: AuditSearch, now: number): AuditFilter {
  const { q, kind, agent, instance, member, call, range } = search;
  const outcome = callOutcomes.find((each) => each === search.outcome);
  const preset = ranges.find(({ value }) => value === range);
  const since = preset ? new Date(now - preset.ms).toISOString() : momentOf(search.since);
  const until = preset ? undefined : momentOf(search.until);
  return {
    ...(q !== undefined && q.trim().length >= 2 && { q: q.trim().slice(0, 200) }),
    ...(kind !== undefined && /^[a-z_]+(?:\.[a-z_]+)?$/.test(kind) && { kind }),
    ...(agent !== undefined && { agent }),
    ...(instance !== undefined && { instance }),
    ...(member !== undefined && { member }),
    ...(outcome !== undefined && { outcome }),
    ...(call !== undefined && { call }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
}

/** Whether the list is narrowed at all. */
export function isNarrowed(search: AuditSearch): boolean {
  return Object.keys(filterOf(search, 0)).length > 0;
}

/** A moment as the API takes it; undefined for what is none. */
function momentOf(text: string | undefined): string | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** A text of a record; undefined when it has none of that name. */
export function textOf(record: AuditEntry['record'], name: string): string | undefined {
  const value = record[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
