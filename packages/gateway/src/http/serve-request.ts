import { AppError, newId } from '@plugboard/contracts';
import { type Envelope, idText } from '@plugboard/protocol';

import { answerRequest } from '../methods/answer-request.ts';
import { isLogWanted } from '../methods/logging.ts';
import { clientOf } from '../session/session-client.ts';
import type { Session } from '../session/session.ts';
import { describeFailure } from './exchange.ts';
import type { HttpServices } from './post.ts';
import type { ReplySink } from './reply.ts';

/** One request of a legacy session. */
export interface SessionCall {
  readonly session: Session;
  readonly message: Envelope;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Serves one request of a session, to its answer. Never rejects. */
export async function serveRequest(
  services: HttpServices,
  { session, message, params }: SessionCall,
  reply: ReplySink,
  controller: AbortController,
): Promise<void> {
  const id = idText(message) ?? 'null';
  const key = canonicalId(id);
  if (!session.begin(key, controller)) {
    const error = new AppError(
      'conflict',
      `A request with the id ${id} is still under way in this session.`,
    );
    reply.fail(id, describeFailure(error, services.onError), 400);
    return;
  }
  try {
    const startedAt = services.clock();
    const toolset = await services.toolsets.get(session.identity, session.endpoint);
    reply.answer(
      await answerRequest(services, {
        session,
        toolset,
        client: clientOf(services.relay, session, (question) => reply.question(question)),
        request: message,
        params,
        callId: newId(),
        startedAt,
        signal: controller.signal,
        onMessage(about) {
          if (isLogWanted(about, session.logLevel)) reply.message(about.bytes);
        },
        onSuspend: (retryMs) => reply.suspend(retryMs),
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
