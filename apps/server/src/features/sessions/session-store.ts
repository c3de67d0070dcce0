import type { SessionStore, StoredSession } from '@plugboard/gateway';
import { type Kysely, sql } from 'kysely';
import type { Logger } from 'pino';

import type { Database } from '../../store/schema.ts';
import { listOrganizationIds, withTenant } from '../../store/tenant.ts';

/** Days without a request after which a session is forgotten. */
const sessionDays = 30;

/** Keeps sessions of legacy clients in the store. */
export function createSessionStore(db: Kysely<Database>): SessionStore {
  return {
    create: (session) =>
      withTenant(db, session.organizationId, async (tx) => {
        await tx
          .insertInto('sessions')
          .values({
            organization_id: session.organizationId,
            id_hash: session.idHash,
            agent_id: session.agentId,
            token_id: session.tokenId,
            endpoint: session.endpoint,
            protocol_version: session.protocolVersion,
            client: session.client,
            log_level: session.logLevel ?? null,
          })
          .execute();
      }),

    find: (organizationId, idHash) =>
      withTenant(db, organizationId, async (tx): Promise<StoredSession | undefined> => {
        const row = await tx
          .selectFrom('sessions')
          .selectAll()
          .select(sql<boolean>`last_seen_at < now() - interval '1 minute'`.as('stale'))
          .where('id_hash', '=', idHash)
          .where('last_seen_at', '>', sql<Date>`now() - make_interval(days => ${sessionDays})`)
          .executeTakeFirst();
        if (row?.stale) {
          await tx
            .updateTable('sessions')
            .set({ last_seen_at: sql<Date>`now()` })
            .where('id_hash', '=', idHash)
            .execute();
        }
        return (
          row && {
            idHash: row.id_hash,
            organizationId: row.organization_id,
            agentId: row.agent_id,
            tokenId: row.token_id,
            endpoint: row.endpoint,
            protocolVersion: row.protocol_version,
            client: row.client,
            logLevel: row.log_level ?? undefined,
          }
        );
      }),

    setLogLevel: (organizationId, idHash, level) =>
      withTenant(db, organizationId, async (tx) => {
        await tx
          .updateTable('sessions')
          .set({ log_level: level })
          .where('id_hash', '=', idHash)
          .execute();
      }),

    delete: (organizationId, idHash) =>
      withTenant(db, organizationId, async (tx) => {
        await tx.deleteFrom('sessions').where('id_hash', '=', idHash).execute();
      }),
  };
}

const sweepEveryMs = 6 * 3_600_000;

/** Forgets sessions that nobody came back to, now and then, until disposed of. */
export function keepSessionsSwept(db: Kysely<Database>, log: Pick<Logger, 'warn'>): Disposable {
  async function sweep(): Promise<void> {
    try {
      for (const organizationId of await listOrganizationIds(db)) {
        await sweepSessions(db, organizationId);
      }
    } catch (error) {
      log.warn({ err: error }, 'old sessions were not forgotten; that is tried again later');
    }
  }
  const timer = setInterval(() => void sweep(), sweepEveryMs).unref();
  void sweep();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function sweepSessions(db: Kysely<Database>, organizationId: string): Promise<void> {
  await withTenant(db, organizationId, (tx) =>
    tx
      .deleteFrom('sessions')
      .where('last_seen_at', '<=', sql<Date>`now() - make_interval(days => ${sessionDays})`)
      .execute(),
  );
}
