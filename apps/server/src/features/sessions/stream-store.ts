import { type ChangeEvent, newId } from '@plugboard/contracts';
import type { SessionAddress, StreamStore } from '@plugboard/gateway';
import type { Kysely } from 'kysely';

import { publish } from '../../store/events.ts';
import type { Database } from '../../store/schema.ts';
import { withTenant } from '../../store/tenant.ts';
import { insertMessages } from './insert-messages.ts';
import { addressOf, sessionEvent } from './session-event.ts';

export interface StreamStoreOptions {
  readonly db: Kysely<Database>;
  readonly onChange: (listener: (event: ChangeEvent) => void) => () => void;
}

/** Keeps events of broken streams for as long as `keepSessionsSwept` lets them. */
export function createStreamStore({ db, onChange }: StreamStoreOptions): StreamStore {
  const hear = (
    about: 'event' | 'wanted',
    listener: (session: SessionAddress, stream: string) => void,
  ) =>
    onChange((event) => {
      if (event.kind !== 'session' || event.about !== about || event.id === undefined) return;
      listener(addressOf(event), event.id);
    });

  return {
    append: (session, stream, events) =>
      withTenant(db, session.organizationId, async (tx) => {
        const rows = events.map(({ seq, body, isLast }) => ({
          id: newId(),
          stream,
          seq,
          kind: isLast ? ('last' as const) : ('event' as const),
          body,
        }));
        if (await insertMessages(tx, session, rows)) {
          await publish(tx, sessionEvent(session, 'event', stream));
        }
      }),

    readAfter: ({ organizationId, idHash }, stream, seq) =>
      withTenant(db, organizationId, async (tx) => {
        const rows = await tx
          .selectFrom('session_messages')
          .select(['seq', 'kind', 'body'])
          .where('id_hash', '=', idHash)
          .where('stream', '=', stream)
          .where('seq', '>', seq)
          .orderBy('seq')
          .execute();
        return rows.map((row) => ({
          seq: row.seq,
          body: row.body,
          isLast: row.kind === 'last',
        }));
      }),

    onAppended: (listener) => hear('event', listener),

    want: (session, stream) =>
      withTenant(db, session.organizationId, (tx) =>
        publish(tx, sessionEvent(session, 'wanted', stream)),
      ),

    onWanted: (listener) => hear('wanted', listener),
  };
}
