import {
  buildError,
  buildResult,
  type Envelope,
  idText,
  isJsonContent,
  parseParams,
  readBody,
  readEnvelope,
  requestedVersion,
  sendJson,
} from '@plugboard/protocol';

import type { Session } from '../../session/session.ts';
import { describeFailure, type Exchange, refuse } from '../exchange.ts';
import { initialize } from '../open-session.ts';
import type { HttpServices } from '../post.ts';
import { allowsBatches, isBatch, readBatch, refusedBatch } from '../serve-batch.ts';
import { serveRequest, type SessionCall } from '../serve-request.ts';
import { takeMessage } from '../take-message.ts';
import { SseSink } from './sse-sink.ts';

/** Takes a client's message, or a batch of them, with 202; what answers it comes on the stream. */
export async function postMessage(services: HttpServices, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  if (!isJsonContent(request)) {
    refuse(response, 415, 'Send the message as "Content-Type: application/json".');
    return;
  }
  requestedVersion(request);
  const body = await readBody(request, services.maxBodyBytes);
  const session = await findSession(services, exchange);
  if (!session) return;
  // It may have been initialized by way of another node a moment ago.
  if (!session.isInitialized) await services.sessions.refresh(session);
  if (isBatch(body) && !allowsBatches(session)) throw refusedBatch();
  const messages = isBatch(body) ? readBatch(body) : [readEnvelope(body)];
  const calls = messages.map((message): SessionCall => {
    return { session, message, params: parseParams(message) };
  });
  if (!isInOrder(session, messages)) {
    refuse(response, 400, 'Send initialize first, by itself and once.');
    return;
  }
  for (const { message, params } of calls) {
    if (message.kind !== 'request') await takeMessage(services, session, message, params);
  }
  response.writeHead(202).end();
  const requests = calls.filter(({ message }) => message.kind === 'request');
  await Promise.all(requests.map((call) => serve(services, exchange, call)));
}

async function findSession(
  { sessions }: HttpServices,
  { request, response, identity, endpoint }: Exchange,
): Promise<Session | undefined> {
  const [, query = ''] = (request.url ?? '').split('?', 2);
  const id = new URLSearchParams(query).get('sessionId');
  if (id === null || id === '') {
    refuse(
      response,
      400,
      'sessionId is missing: POST to the address that the stream of /sse named.',
    );
    return undefined;
  }
  const session = await sessions.find(id, identity, endpoint, 'sse');
  if (!session) {
    const text = 'Session not found: its stream has ended, or is of another token or endpoint.';
    sendJson(response, 404, [buildError(null, -32001, text)]);
  }
  return session;
}

/** Nothing but `initialize` and `ping` is asked before the client has said who it is. */
function isInOrder(session: Session, messages: readonly Envelope[]): boolean {
  return messages.every(({ kind, method }) => {
    if (kind !== 'request' || method === 'ping') return true;
    const isFirst = method === 'initialize';
    return isFirst ? !session.isInitialized && messages.length === 1 : session.isInitialized;
  });
}

async function serve(services: HttpServices, exchange: Exchange, call: SessionCall): Promise<void> {
  const { session, message, params } = call;
  const sink = new SseSink(services, session);
  if (message.method !== 'initialize') {
    await serveRequest(services, call, sink, new AbortController());
    return;
  }
  const id = idText(message) ?? 'null';
  try {
    const { result } = await initialize(services, exchange, message, params, async (client) => {
      await services.sessions.setClient(session, client);
      return session;
    });
    sink.answer([buildResult(id, result)]);
  } catch (error) {
    sink.fail(id, describeFailure(error, services.onError));
  }
}
