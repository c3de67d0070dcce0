import { acceptsEventStream, SseStream } from '@plugboard/protocol';

import type { Sessions } from '../session/sessions.ts';
import { type Exchange, refuse } from './exchange.ts';
import { sessionOf } from './session-of.ts';

/** GET: a stream of what the server side has to say outside of any request. */
export async function openListening(
  { sessions }: { readonly sessions: Sessions },
  exchange: Exchange,
): Promise<void> {
  const { request, response } = exchange;
  if (!acceptsEventStream(request)) {
    refuse(response, 406, 'GET opens an event stream here: send "Accept: text/event-stream".');
    return;
  }
  const session = await sessionOf(sessions, exchange);
  if (!session || response.destroyed) return;
  const stream = new SseStream(response, { headers: { 'mcp-session-id': session.id } });
  const messages = {
    send: (message: Buffer) => stream.send([message]),
    close: () => stream.close(),
  };
  session.attach(messages);
  response.once('close', () => session.detach(messages));
}
