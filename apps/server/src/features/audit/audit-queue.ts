import type { AuditRow } from './audit-row.ts';

/** A record that waits to be written, and whoever waits for it. */
export interface Pending {
  readonly organizationId: string;
  readonly row: AuditRow;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export interface Group {
  readonly organizationId: string;
  readonly rows: AuditRow[];
  readonly waiting: Pending[];
}

const mostRows = 500;
const mostCharacters = 2_000_000;

/** Takes the oldest records off the queue, as many as one flush carries. */
export function takeBatch(queue: Pending[]): Pending[] {
  let characters = 0;
  let count = 0;
  for (const { row } of queue) {
    characters += row.record.length;
    if (count > 0 && (count === mostRows || characters > mostCharacters)) break;
    count += 1;
  }
  return queue.splice(0, count);
}

/** Sorts records by organization, in the ascending order in which chains are locked. */
export function groupByOrganization(batch: readonly Pending[]): readonly Group[] {
  const groups = new Map<string, Group>();
  let last: Group | undefined;
  for (const pending of batch) {
    const { organizationId } = pending;
    if (last?.organizationId !== organizationId) {
      last = groups.get(organizationId);
      if (last === undefined) {
        last = { organizationId, rows: [], waiting: [] };
        groups.set(organizationId, last);
      }
    }
    last.rows.push(pending.row);
    last.waiting.push(pending);
  }
  if (groups.size === 1) return [...groups.values()];
  return [...groups.values()].sort((a, b) => (a.organizationId < b.organizationId ? -1 : 1));
}
