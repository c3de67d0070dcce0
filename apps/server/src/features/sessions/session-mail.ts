import { type ChangeEvent, newId } from '@plugboard/contracts';
import type { IncomingMail, Mail, SessionMail } from '@plugboard/gateway';
import { type Kysely, sql } from 'kysely';

import { publish } from '../../store/events.ts';
import type { Database } from '../../store/schema.ts';
import { listOrganizationIds, withTenant } from '../../store/tenant.ts';
import { insertMessages } from './insert-messages.ts';
import { addressOf, sessionEvent } from './session-event.ts';

export interface SessionMailOptions {
  readonly db: Kysely<Database>;
  readonly onChange: (listener: (event: ChangeEvent) => void) => () => void;
  /** Hears why mail that may have been missed could not be looked for. */
  readonly onError: (error: unknown) => void;
}

/** Carries mail between the nodes that hold parts of one session, as rows that all are told of. */
export function createSessionMail({ db, onChange, onError }: SessionMailOptions): SessionMail {
  return {
    send: ({ to, kind, body }) =>
      withTenant(db, to.organizationId, async (tx) => {
        const id = newId();
        if (await insertMessages(tx, to, [{ id, stream: null, seq: 0, kind, body }])) {
          await publish(tx, sessionEvent(to, kind, id));
        }
      }),

    onMail: (listener) =>
      onChange((event) => {
        if (event.kind === 'everything') {
          missedMail(db, listener).catch(onError);
        } else if (event.kind === 'session' && event.id !== undefined) {
          const { about, id } = event;
          if (about === 'answer' || about === 'message') {
            listener(incoming(db, addressOf(event), about, id));
          }
        }
      }),
  };
}

function incoming(
  db: Kysely<Database>,
  to: Mail['to'],
  kind: Mail['kind'],
  id: string,
): IncomingMail {
  const { organizationId } = to;
  return {
    to,
    kind,
    read: () =>
      withTenant(db, organizationId, async (tx) => {
        const row = await tx
          .selectFrom('session_messages')
          .select('body')
          .where('id', '=', id)
          .executeTakeFirst();
        return row?.body;
      }),
    take: () =>
      withTenant(db, organizationId, async (tx) => {
        const row = await tx
          .deleteFrom('session_messages')
          .where('id', '=', id)
          .returning('body')
          .executeTakeFirst();
        return row?.body;
      }),
  };
}

/** Told again after events were missed; whoever had it already knows it. */
async function missedMail(
  db: Kysely<Database>,
  listener: (mail: IncomingMail) => void,
): Promise<void> {
  for (const organizationId of await listOrganizationIds(db)) {
    const rows = await withTenant(db, organizationId, (tx) =>
      tx
        .selectFrom('session_messages')
        .select(['id', 'id_hash', 'kind'])
        .where('stream', 'is', null)
        .where('created_at', '>', sql<Date>`now() - interval '2 minutes'`)
        .orderBy('id')
        .execute(),
    );
    for (const { id, id_hash: idHash, kind } of rows) {
      if (kind !== 'answer' && kind !== 'message') continue;
      listener(incoming(db, { organizationId, idHash }, kind, id));
    }
  }
}
