import { acceptsEventStream, SseStream } from '@plugboard/protocol';

import { type Exchange, refuse } from '../exchange.ts';
import type { HttpServices } from '../post.ts';

/** Of the transport itself; `initialize` brings the version that is spoken. */
const unknownClient = { protocolVersion: '2024-11-05', params: '' };

/** Opens a session that lasts as long as this stream, and says where its messages are to be posted. */
export async function openSseStream(services: HttpServices, exchange: Exchange): Promise<void> {
  const { request, response, identity, endpoint } = exchange;
  if (!acceptsEventStream(request)) {
    refuse(response, 406, 'GET opens an event stream here: send "Accept: text/event-stream".');
    return;
  }
  const place = services.streams.enter(identity.agentId);
  response.once('close', () => place[Symbol.dispose]());
  const { sessions } = services;
  const session = await sessions.open(identity, endpoint, unknownClient, { transport: 'sse' });
  const leave = (): void => {
    // One that was ended otherwise is in the store no more, or is not to be told of.
    if (sessions.has(session)) sessions.end(session).catch(services.onError);
  };
  if (response.destroyed) {
    place[Symbol.dispose]();
    leave();
    return;
  }
  response.once('close', leave);
  const stream = new SseStream(response);
  const path = `/messages${endpoint.path}?sessionId=${session.id}`;
  stream.send([Buffer.from(path)], { event: 'endpoint' });
  session.attach({
    send: (message) => void stream.send([message], { event: 'message' }),
    close: () => stream.close(),
  });
}
