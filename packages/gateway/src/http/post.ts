import {
  acceptsEventStream,
  isJsonContent,
  parseParams,
  readBody,
  readEnvelope,
} from '@plugboard/protocol';

import type { Limiter } from '../call/limit.ts';
import type { MethodServices } from '../methods/answer-request.ts';
import type { AgentDirectory, StreamStore } from '../ports.ts';
import type { EventLogs } from '../session/event-logs.ts';
import type { SessionRelay } from '../session/relay.ts';
import type { Toolsets } from '../toolset/toolsets.ts';
import { type Exchange, type OnError, refuse } from './exchange.ts';
import { type InitializeServices, openSession } from './open-session.ts';
import { isModern } from './modern/is-modern.ts';
import type { Listenings } from './modern/listenings.ts';
import { serveModern } from './modern/serve-modern.ts';
import { openReply } from './open-reply.ts';
import { isBatch, serveBatch } from './serve-batch.ts';
import { serveRequest } from './serve-request.ts';
import { sessionOf } from './session-of.ts';
import { takeMessage } from './take-message.ts';

export interface HttpServices extends MethodServices, InitializeServices {
  readonly agents: AgentDirectory;
  /** Where the gateway is reached, without a slash at its end. */
  readonly baseUrl: string;
  readonly relay: SessionRelay;
  readonly logs: EventLogs;
  readonly streamStore: StreamStore;
  readonly toolsets: Toolsets;
  /** What modern clients listen to. */
  readonly listenings: Listenings;
  /** Counts an agent's open streams that are no answers to calls. */
  readonly streams: Limiter;
  readonly onError: OnError;
  readonly maxBodyBytes: number;
}

/** POST: one JSON-RPC message from the client, or a batch where the session's version has them. */
export async function handlePost(services: HttpServices, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  if (!isJsonContent(request)) {
    refuse(response, 415, 'Send the message as "Content-Type: application/json".');
    return;
  }
  const body = await readBody(request, services.maxBodyBytes);
  if (isBatch(body) && !isModern(request, undefined)) {
    await serveBatch(services, exchange, body);
    return;
  }
  const message = readEnvelope(body);
  const params = parseParams(message);
  if (isModern(request, params)) {
    await serveModern(services, exchange, message, params);
    return;
  }
  if (message.kind === 'request' && message.method === 'initialize') {
    await openSession(services, exchange, message, params);
    return;
  }
  const session = await sessionOf(services.sessions, exchange);
  if (!session) return;
  if (message.kind !== 'request') {
    await takeMessage(services, session, message, params);
    response.writeHead(202).end();
    return;
  }
  const controller = new AbortController();
  using reply = openReply(services, session, response, {
    mayStream: acceptsEventStream(request),
    onGone: () => controller.abort(),
  });
  await serveRequest(services, { session, message, params }, reply, controller);
}
