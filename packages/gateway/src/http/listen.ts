import { acceptsEventStream, SseStream } from '@plugboard/protocol';

import { type EventPosition, parseEventId } from '../session/event-log.ts';
import { kindOfStream } from '../session/event-logs.ts';
import type { Session } from '../session/session.ts';
import { type Exchange, refuse } from './exchange.ts';
import type { HttpServices } from './post.ts';
import { fetchStream, resumeAnswer, unknownEvent } from './resume.ts';
import { sessionOf } from './session-of.ts';

type ListenServices = Pick<
  HttpServices,
  'sessions' | 'changes' | 'streams' | 'logs' | 'streamStore' | 'sessionSubscriptions' | 'onError'
>;

/**
 * GET: a stream of what the server side has to say outside of any request or, with `Last-Event-ID`,
 * the rest of a stream that broke.
 */
export async function openListening(services: ListenServices, exchange: Exchange): Promise<void> {
  const { request, response, identity } = exchange;
  if (!acceptsEventStream(request)) {
    refuse(response, 406, 'GET opens an event stream here: send "Accept: text/event-stream".');
    return;
  }
  const session = await sessionOf(services.sessions, exchange);
  if (!session) return;
  const place = services.streams.enter(identity.agentId);
  response.once('close', () => place[Symbol.dispose]());
  if (response.destroyed) {
    place[Symbol.dispose]();
    return;
  }
  // One that was taken up from the store is not watched yet, and must end with its token.
  if (session.shown === undefined) await services.changes.watch(session);
  if (response.destroyed) return;
  if (session.isClosed) {
    refuse(response, 404, 'This session has ended. Send initialize again.');
    return;
  }
  const lastEventId = request.headers['last-event-id'];
  if (typeof lastEventId === 'string' && lastEventId !== '') {
    const position = parseEventId(lastEventId);
    const kind = position && kindOfStream(position.stream);
    if (!position || !kind) refuse(response, 400, unknownEvent);
    else if (kind === 'listening') await listen(services, exchange, session, position);
    else await resumeAnswer(services, exchange, session, position);
  } else await listen(services, exchange, session);
}

/**
 * Opens a stream that tells a session's client of what happens; from behind an event of an earlier one
 * on, where the client lost that.
 */
async function listen(
  services: ListenServices,
  { response }: Exchange,
  session: Session,
  lost?: EventPosition,
): Promise<void> {
  const { logs } = services;
  const known = lost && session.logs.get(lost.stream);
  const here = known && known.covers(lost.seq) ? known : undefined;
  const log = here ?? logs.create(session, 'listening');
  const stream = new SseStream(response, { headers: { 'mcp-session-id': session.id } });
  if (here && lost) {
    logs.revive(log);
    log.resume(stream, lost.seq);
  } else log.open(stream);
  const messages = {
    send: (message: Buffer) => void log.send(message),
    close: () => stream.close(),
  };
  session.attach(messages);
  response.once('close', () => {
    session.detach(messages);
    if (!log.isOver(stream)) return;
    log.detach();
    logs.retire(session, log);
  });
  services.sessionSubscriptions.sync(session).catch(services.onError);
  if (!lost || here) return;
  // Whatever node has the rest, there is a stream again meanwhile.
  const events = await fetchStream(services, session, lost);
  for (const { body } of events) if (body.length > 0) log.send(body);
}
