import { type Kysely, sql } from 'kysely';
import type { Logger } from 'pino';

import type { Database } from '../../store/schema.ts';
import { listOrganizationIds, withTenant } from '../../store/tenant.ts';
import { sessionDays } from './session-store.ts';

const sweepSessionsEveryMs = 6 * 3_600_000;
const sweepMessagesEveryMs = 60_000;
/** Minutes for which mail and events of broken streams wait for whom they are for. */
const messageMinutes = 10;

/** Forgets sessions and messages that nobody came back for, now and then, until disposed of. */
export function keepSessionsSwept(db: Kysely<Database>, log: Pick<Logger, 'warn'>): Disposable {
  const forEachOrganization =
    (sweep: (db: Kysely<Database>, organizationId: string) => Promise<void>) =>
    async (): Promise<void> => {
      try {
        for (const organizationId of await listOrganizationIds(db)) await sweep(db, organizationId);
      } catch (error) {
        log.warn({ err: error }, 'old sessions were not forgotten; that is tried again later');
      }
    };
  const sweeps = [
    { sweep: forEachOrganization(sweepSessions), everyMs: sweepSessionsEveryMs },
    { sweep: forEachOrganization(sweepMessages), everyMs: sweepMessagesEveryMs },
  ];
  const timers = sweeps.map(({ sweep, everyMs }) => {
    void sweep();
    return setInterval(() => void sweep(), everyMs).unref();
  });
  return {
    [Symbol.dispose]() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

async function sweepSessions(db: Kysely<Database>, organizationId: string): Promise<void> {
  await withTenant(db, organizationId, (tx) =>
    tx
      .deleteFrom('sessions')
      .where('last_seen_at', '<=', sql<Date>`now() - make_interval(days => ${sessionDays})`)
      .execute(),
  );
}

async function sweepMessages(db: Kysely<Database>, organizationId: string): Promise<void> {
  await withTenant(db, organizationId, (tx) =>
    tx
      .deleteFrom('session_messages')
      .where('created_at', '<=', sql<Date>`now() - make_interval(mins => ${messageMinutes})`)
      .execute(),
  );
}
