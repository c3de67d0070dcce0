import { acceptsEventStream, SseStream } from '@plugboard/protocol';

import type { Limiter } from '../call/limit.ts';
import type { ChangeWatch } from '../session/changes.ts';
import type { Sessions } from '../session/sessions.ts';
import { type Exchange, refuse } from './exchange.ts';
import { sessionOf } from './session-of.ts';

/** GET: a stream of what the server side has to say outside of any request. */
export async function openListening(
  services: {
    readonly sessions: Sessions;
    readonly changes: ChangeWatch;
    readonly streams: Limiter;
  },
  exchange: Exchange,
): Promise<void> {
  const { request, response } = exchange;
  if (!acceptsEventStream(request)) {
    refuse(response, 406, 'GET opens an event stream here: send "Accept: text/event-stream".');
    return;
  }
  const session = await sessionOf(services.sessions, exchange);
  if (!session) return;
  // One that was taken up from the store is not watched yet, and must end with its token.
  if (session.shown === undefined) await services.changes.watch(session);
  if (response.destroyed) return;
  const place = services.streams.enter(exchange.identity.agentId);
  response.once('close', () => place[Symbol.dispose]());
  const stream = new SseStream(response, { headers: { 'mcp-session-id': session.id } });
  const messages = {
    send: (message: Buffer) => stream.send([message]),
    close: () => stream.close(),
  };
  session.attach(messages);
  response.once('close', () => session.detach(messages));
}
