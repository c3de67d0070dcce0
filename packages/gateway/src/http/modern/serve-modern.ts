import { isAppError, newId } from '@plugboard/contracts';
import {
  acceptsEventStream,
  acceptsJson,
  buildError,
  checkRequest,
  type Envelope,
  idText,
  ModernError,
} from '@plugboard/protocol';

import type { CallClient } from '../../call/call-client.ts';
import { callerOf } from '../../call/record.ts';
import { MethodNotFound } from '../../call/rpc-error.ts';
import { describeFailure, type Exchange, refuse } from '../exchange.ts';
import type { HttpServices } from '../post.ts';
import { answerModern } from './answer-modern.ts';
import { checkParameters } from './check-parameters.ts';
import { statusOfFailure } from './http-status.ts';
import type { ModernCall } from './modern-call.ts';
import { modernClient } from './modern-client.ts';
import { ModernReply } from './modern-reply.ts';
import { isForwardable } from '../../call/resolve-other.ts';
import { recordRefusal } from './refuse-call.ts';
import { refuseRepeatedHeaders } from './repeated-headers.ts';
import { requireExtension } from './require-extension.ts';

/** No method is called that, and one that is refused is put on record with its name. */
const maxMethodLength = 128;

/** Answers one message of the modern era (MCP 2026-07-28, transports). Sessions mean nothing to it. */
export async function serveModern(
  services: HttpServices,
  exchange: Exchange,
  message: Envelope,
  params: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { request, response } = exchange;
  if (message.kind === 'notification') {
    // Over HTTP there is none with an effect: a request is cancelled by closing its response.
    response.writeHead(202).end();
    return;
  }
  if (message.kind !== 'request') {
    const how =
      'a server asks by an "input_required" result, whose answers come with the next call';
    refuse(response, 400, `Responses are not posted in this protocol version: ${how}.`);
    return;
  }
  const accepts = { json: acceptsJson(request), stream: acceptsEventStream(request) };
  if (!accepts.json && !accepts.stream) {
    refuse(response, 406, 'Send "Accept: application/json, text/event-stream".');
    return;
  }
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  using reply = new ModernReply(response, accepts);
  await serveRequest(services, exchange, message, params, { reply, signal: controller.signal });
}

async function serveRequest(
  services: HttpServices,
  exchange: Exchange,
  request: Envelope,
  params: Readonly<Record<string, unknown>>,
  { reply, signal }: { readonly reply: ModernReply; readonly signal: AbortSignal },
): Promise<void> {
  const id = idText(request) ?? 'null';
  const method = request.method ?? '';
  try {
    if (method.length > maxMethodLength) throw new MethodNotFound(method);
    const toolset = await services.toolsets.get(exchange.identity, exchange.endpoint);
    const caller = callerOf(exchange.identity);
    const facts = { callId: newId(), caller, method, startedAt: services.clock() };
    const asked = { exchange, facts, request, id, params, toolset, reply, signal };
    await answerModern(services, { ...asked, client: await admit(services, asked) });
  } catch (error) {
    const { code, message, data } = describeFailure(error, services.onError);
    const isMissing = method === 'resources/read' && isAppError(error, 'not_found');
    const about = isMissing ? { uri: params['uri'], ...data } : data;
    reply.answer([buildError(id, code, message, about)], statusOfFailure(error));
  }
}

/**
 * The client of a request that keeps to the rules of the protocol. Rejects with `ModernError` for one
 * that does not; if it was to be a call, that is on record by then.
 */
async function admit(
  services: HttpServices,
  asked: Omit<ModernCall, 'client'>,
): Promise<CallClient> {
  const { exchange, facts, request, params, toolset } = asked;
  const { headers } = exchange.request;
  try {
    refuseRepeatedHeaders(exchange.request);
    const meta = checkRequest(headers, facts.method, params);
    const client = modernClient(facts.caller.agentId, request, meta);
    requireExtension(facts.method, client.capabilities);
    if (facts.method === 'tools/call') checkParameters(headers, toolset, params, services.clock());
    return client;
  } catch (error) {
    if (error instanceof ModernError && isForwardable(facts.method)) {
      await recordRefusal(services, { ...asked, error });
    }
    throw error;
  }
}
