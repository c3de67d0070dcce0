import { AppError, newId } from '@plugboard/contracts';
import {
  acceptsEventStream,
  type Envelope,
  idText,
  isJsonContent,
  parseParams,
  readBody,
  readEnvelope,
} from '@plugboard/protocol';

import { silentClient } from '../call/call-client.ts';
import type { Limiter } from '../call/limit.ts';
import { answerRequest, type MethodServices } from '../methods/answer-request.ts';
import { isLogWanted } from '../methods/logging.ts';
import type { AgentDirectory, SessionMail, StreamStore } from '../ports.ts';
import type { Session } from '../session/session.ts';
import type { Subscriptions } from '../subscriptions/subscriptions.ts';
import type { Toolsets } from '../toolset/toolsets.ts';
import { describeFailure, type Exchange, type OnError, refuse, sendRpcError } from './exchange.ts';
import { type InitializeServices, openSession } from './open-session.ts';
import { isModern } from './modern/is-modern.ts';
import type { Listenings } from './modern/listenings.ts';
import { serveModern } from './modern/serve-modern.ts';
import { Reply } from './reply.ts';
import { sessionOf } from './session-of.ts';

export interface HttpServices extends MethodServices, InitializeServices {
  readonly agents: AgentDirectory;
  readonly sessionMail: SessionMail;
  readonly streamStore: StreamStore;
  readonly toolsets: Toolsets;
  readonly subscriptions: Subscriptions;
  /** What modern clients listen to. */
  readonly listenings: Listenings;
  /** Counts an agent's open streams that are no answers to calls. */
  readonly streams: Limiter;
  readonly onError: OnError;
  readonly maxBodyBytes: number;
}

/** POST: one JSON-RPC message from the client. */
export async function handlePost(services: HttpServices, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  if (!isJsonContent(request)) {
    refuse(response, 415, 'Send the message as "Content-Type: application/json".');
    return;
  }
  const message = readEnvelope(await readBody(request, services.maxBodyBytes));
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
  if (message.kind === 'request') {
    await serveRequest(services, exchange, session, message, params);
  } else if (message.kind === 'notification') {
    if (message.method === 'notifications/cancelled') cancel(session, params);
    response.writeHead(202).end();
  } else {
    refuse(
      response,
      400,
      'This answers no request: the server side has asked nothing in this session.',
    );
  }
}

function cancel(session: Session, params: Readonly<Record<string, unknown>>): void {
  const { requestId } = params;
  if (typeof requestId === 'string' || typeof requestId === 'number') {
    session.cancel(JSON.stringify(requestId));
  }
}

async function serveRequest(
  services: HttpServices,
  exchange: Exchange,
  session: Session,
  message: Envelope,
  params: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { request, response, identity, endpoint } = exchange;
  const id = idText(message) ?? 'null';
  const key = canonicalId(id);
  const controller = new AbortController();
  if (!session.begin(key, controller)) {
    const error = new AppError(
      'conflict',
      `A request with the id ${id} is still under way in this session.`,
    );
    sendRpcError(response, 400, id, describeFailure(error, services.onError));
    return;
  }
  const stopIfGone = (): void => {
    if (!response.writableFinished) controller.abort();
  };
  response.once('close', stopIfGone);
  using reply = new Reply(response, { mayStream: acceptsEventStream(request) });
  try {
    const startedAt = services.clock();
    const { organizationId, agentId } = identity;
    const toolset = await services.toolsets.get(organizationId, agentId, endpoint);
    const onMessage = (about: Envelope): void => {
      if (isLogWanted(about, session.logLevel)) reply.message(about.bytes);
    };
    reply.answer(
      await answerRequest(services, {
        session,
        toolset,
        client: silentClient,
        request: message,
        params,
        callId: newId(),
        startedAt,
        signal: controller.signal,
        onMessage,
      }),
    );
  } catch (error) {
    reply.fail(id, describeFailure(error, services.onError));
  } finally {
    session.finish(key);
  }
}

/** Ids that are equal as JSON values, in one spelling. */
function canonicalId(id: string): string {
  return /^\d+$/.test(id) ? id : JSON.stringify(JSON.parse(id));
}
