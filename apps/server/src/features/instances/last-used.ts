import type { InstanceStatus, Supervisor } from '@plugboard/runtime';
import { type Kysely, sql } from 'kysely';
import type { Logger } from 'pino';

import type { Database } from '../../store/schema.ts';
import { withTenant } from '../../store/tenant.ts';
import type { TenantDb } from '../tenant-db.ts';

const everyMs = 60_000;

export interface LastUsedServices {
  readonly db: Kysely<Database>;
  readonly supervisor: Pick<Supervisor, 'statuses'>;
  readonly log: Pick<Logger, 'warn'>;
}

/**
 * Writes down each minute which instances this node used since, and once more when it is disposed of:
 * what runs no more, or runs elsewhere, is still known to have been used.
 */
export function keepLastUsed({ db, supervisor, log }: LastUsedServices): AsyncDisposable {
  let writtenUntil = 0;
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    try {
      const used = (await supervisor.statuses()).filter(
        ({ lastUsedAt }) => (lastUsedAt ?? 0) > writtenUntil,
      );
      for (const [organizationId, some] of Map.groupBy(used, (each) => each.organizationId)) {
        await withTenant(db, organizationId, (tx) => writeLastUsed(tx, some));
      }
      writtenUntil = Math.max(writtenUntil, ...used.map(({ lastUsedAt }) => lastUsedAt ?? 0));
    } catch (error) {
      log.warn({ err: error }, 'when servers were last used was not written down');
    }
  }

  const timer = setInterval(() => {
    writing ??= write().finally(() => (writing = undefined));
  }, everyMs).unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await writing;
      await write();
    },
  };
}

/** Of some copies of one organization's instances; what is known to be later stays. */
export async function writeLastUsed(
  db: TenantDb,
  copies: readonly Pick<InstanceStatus, 'instanceId' | 'lastUsedAt'>[],
): Promise<void> {
  const latest = new Map<string, number>();
  for (const { instanceId, lastUsedAt = 0 } of copies) {
    latest.set(instanceId, Math.max(lastUsedAt, latest.get(instanceId) ?? 0));
  }
  const used = [...latest].filter(([, at]) => at > 0).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (used.length === 0) return;
  const ids = used.map(([id]) => id);
  const times = used.map(([, at]) => new Date(at).toISOString());
  await sql`update instances i set last_used_at = u.at
    from unnest(${ids}::uuid[], ${times}::timestamptz[]) as u (id, at)
    where i.id = u.id and coalesce(i.last_used_at < u.at, true)`.execute(db);
}
