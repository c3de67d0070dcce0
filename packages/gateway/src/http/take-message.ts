import type { Envelope } from '@plugboard/protocol';

import type { Session } from '../session/session.ts';
import type { HttpServices } from './post.ts';

/**
 * Takes a message from a client that has no answer: a notification, or the response to a server's
 * request. One that means nothing here is dropped.
 */
export async function takeMessage(
  services: HttpServices,
  session: Session,
  message: Envelope,
  params: Readonly<Record<string, unknown>>,
): Promise<void> {
  if (message.kind !== 'notification') {
    await services.relay.answer(session, message);
    return;
  }
  if (message.method === 'notifications/cancelled') {
    const { requestId } = params;
    if (typeof requestId === 'string' || typeof requestId === 'number') {
      await services.relay.cancel(session, JSON.stringify(requestId));
    }
  } else if (message.method === 'notifications/roots/list_changed') {
    const { agentId } = session.identity;
    services.bridge.own.notify({ agentId, clientKey: session.key }, message.method);
  }
}
