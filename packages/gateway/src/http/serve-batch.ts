import {
  acceptsEventStream,
  type Envelope,
  EnvelopeError,
  JsonSyntaxError,
  parseParams,
  readEnvelope,
  scanArray,
  textOf,
} from '@plugboard/protocol';

import type { Session } from '../session/session.ts';
import { type Exchange, refuse } from './exchange.ts';
import type { HttpServices } from './post.ts';
import { openReply } from './open-reply.ts';
import { serveRequest, type SessionCall } from './serve-request.ts';
import { sessionOf } from './session-of.ts';
import { takeMessage } from './take-message.ts';

const maxMessages = 100;
/** The last version that has batches. */
const lastVersion = '2025-03-26';

/** Whether a body is an array, as far as its first character tells. */
export function isBatch(body: Buffer): boolean {
  for (const byte of body) {
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return byte === 0x5b;
  }
  return false;
}

/**
 * Serves a JSON-RPC batch of a session whose version has them (MCP 2025-03-26, "Sending Messages to the
 * Server"): all requests at once, their answers as one array or on one event stream. One bad message
 * refuses the whole, before anything of it is done.
 */
export async function serveBatch(
  services: HttpServices,
  exchange: Exchange,
  body: Buffer,
): Promise<void> {
  const { request, response } = exchange;
  const session = await sessionOf(services.sessions, exchange);
  if (!session) return;
  if (!allowsBatches(session)) throw refusedBatch();
  const calls = readBatch(body).map((message): SessionCall => {
    return { session, message, params: parseParams(message) };
  });
  if (calls.some(({ message }) => message.method === 'initialize')) {
    refuse(response, 400, 'initialize must not be part of a batch: send it by itself.');
    return;
  }
  for (const { message, params } of calls) {
    if (message.kind !== 'request') await takeMessage(services, session, message, params);
  }
  const requests = calls.filter(({ message }) => message.kind === 'request');
  if (requests.length === 0) {
    response.writeHead(202).end();
    return;
  }
  const controllers = requests.map(() => new AbortController());
  using reply = openReply(services, session, response, {
    mayStream: acceptsEventStream(request),
    batchOf: requests.length,
    onGone() {
      for (const controller of controllers) controller.abort();
    },
  });
  await Promise.all(
    requests.map((call, index) => serveRequest(services, call, reply, controllers[index]!)),
  );
}

export function allowsBatches({ protocolVersion }: Session): boolean {
  return protocolVersion <= lastVersion;
}

export function refusedBatch(): EnvelopeError {
  return new EnvelopeError('batch', 'batches are not supported: send each message by itself');
}

/** The messages of a batch. Throws `EnvelopeError`. */
export function readBatch(body: Buffer): Envelope[] {
  const ranges = scan(body);
  if (ranges.length === 0) throw new EnvelopeError('invalid', 'a batch holds one message at least');
  if (ranges.length > maxMessages) {
    throw new EnvelopeError('invalid', `a batch may hold ${maxMessages} messages at most`);
  }
  return ranges.map((range) => readEnvelope(textOf(body, range)));
}

function scan(body: Buffer) {
  try {
    return scanArray(body);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new EnvelopeError('syntax', `not a JSON-RPC batch: ${error.message}`, { cause: error });
  }
}
