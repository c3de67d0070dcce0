import type { SessionStore, StoredSession } from '@plugboard/gateway';
import { type Kysely, sql } from 'kysely';

import { publish } from '../../store/events.ts';
import type { Database } from '../../store/schema.ts';
import { withTenant } from '../../store/tenant.ts';
import { sessionEvent } from './session-event.ts';

/** Days without a request after which a session is forgotten. */
export const sessionDays = 30;

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
            subscriptions: JSON.stringify(session.subscriptions),
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
            subscriptions: readStrings(row.subscriptions),
          }
        );
      }),

    setClient: (organizationId, idHash, { protocolVersion, params }) =>
      withTenant(db, organizationId, async (tx) => {
        await tx
          .updateTable('sessions')
          .set({ protocol_version: protocolVersion, client: params })
          .where('id_hash', '=', idHash)
          .execute();
        await publish(tx, sessionEvent({ organizationId, idHash }, 'changed'));
      }),

    setLogLevel: (organizationId, idHash, level) =>
      withTenant(db, organizationId, async (tx) => {
        await tx
          .updateTable('sessions')
          .set({ log_level: level })
          .where('id_hash', '=', idHash)
          .execute();
        await publish(tx, sessionEvent({ organizationId, idHash }, 'changed'));
      }),

    changeSubscription: (organizationId, idHash, uri, change) =>
      withTenant(db, organizationId, async (tx) => {
        const others = sql`subscriptions - ${uri}::text`;
        await tx
          .updateTable('sessions')
          .set({
            subscriptions:
              change === 'add'
                ? sql`(${others}) || jsonb_build_array(${uri}::text)`
                : sql`${others}`,
          })
          .where('id_hash', '=', idHash)
          .execute();
        await publish(tx, sessionEvent({ organizationId, idHash }, 'changed'));
      }),

    delete: (organizationId, idHash) =>
      withTenant(db, organizationId, async (tx) => {
        await tx.deleteFrom('sessions').where('id_hash', '=', idHash).execute();
        await publish(tx, sessionEvent({ organizationId, idHash }, 'ended'));
      }),
  };
}

/** What is in a column of ours that holds a list of texts. */
function readStrings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
