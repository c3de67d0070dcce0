import {
  completedParts,
  type Envelope,
  otherParameterHeaders,
  resultParts,
  serverInfoKey,
  type Upstream,
} from '@plugboard/protocol';

import { isForwardable } from '../../call/resolve-other.ts';
import { MethodNotFound } from '../../call/rpc-error.ts';
import { runCall } from '../../call/run-call.ts';
import { textAt } from '../../call/value-at.ts';
import { discoverResult, helloStarter, requireServed } from '../../methods/initialize.ts';
import { listResult } from '../../methods/lists.ts';
import { isLogWanted } from '../../methods/logging.ts';
import { headerParametersOf } from '../../toolset/tool-traits.ts';
import type { HttpServices } from '../post.ts';
import { statusOfAnswer } from './http-status.ts';
import type { ModernCall } from './modern-call.ts';
import { asPrivateRead } from './private-read.ts';
import { serveListen } from './serve-listen.ts';

/**
 * Answers a request of a modern client, or begins to. Rejects with `AppError`, or `MethodNotFound` for
 * a method that the modern protocol does not have, or nobody here.
 */
export async function answerModern(services: HttpServices, call: ModernCall): Promise<void> {
  const { facts, id, params, client, toolset, reply } = call;
  const { method } = facts;
  if (isForwardable(method) && !removed.has(method)) {
    const answer = await forwardCall(services, call);
    const isRead = method === 'resources/read';
    const shown = isRead ? asPrivateRead(answer, Object.hasOwn(params, 'inputResponses')) : answer;
    reply.answer(completedParts(shown, id), statusOfAnswer(answer));
    return;
  }
  if (method === 'subscriptions/listen') {
    requireServed(toolset);
    await serveListen(services, call);
    return;
  }
  if (method === 'server/discover') {
    const start = helloStarter(services.upstreams, facts.caller);
    reply.answer(resultParts(id, await discoverResult(toolset, services.serverInfo, start)));
    return;
  }
  const list = listResult(toolset, method, params, client, services.clock());
  if (!list) throw new MethodNotFound(method);
  requireServed(toolset);
  reply.answer(listParts(services, call, list));
}

/** What only legacy servers may have, and clients of the modern protocol have other ways to. */
const removed: ReadonlySet<string> = new Set(['tasks/result']);

/** The whole response; a list that Plugboard puts together of several servers says so. */
function listParts(
  { serverInfo }: HttpServices,
  { id, toolset }: ModernCall,
  [head, ...rest]: readonly Buffer[],
): Buffer[] {
  const isOurs = toolset.endpoint.instance === undefined;
  const meta = isOurs ? `"_meta":{"${serverInfoKey}":${JSON.stringify(serverInfo)}},` : '';
  const opening = Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":{${meta}`);
  return [opening, ...(head ? [head.subarray(1)] : []), ...rest, closing];
}

const closing = Buffer.from('}');

function forwardCall(services: HttpServices, call: ModernCall): Promise<Envelope> {
  const { facts, toolset, client, request, params, reply, signal } = call;
  const { method } = facts;
  const { logLevel } = client;
  return runCall(services, {
    facts,
    toolset,
    client,
    request,
    params,
    signal,
    onMessage(message) {
      if (isForCaller(message, logLevel)) reply.message([message.bytes]);
    },
    onUpstream(upstream: Upstream) {
      if (logLevel !== undefined) services.logLevels.require(upstream, logLevel);
    },
    ...(method === 'tools/call' && { headers: passedParameters(call) }),
  });
}

/** `Mcp-Param-*` headers that the tool does not ask for: for whoever is behind us to judge. */
function passedParameters({ exchange, params, toolset }: ModernCall) {
  const entry = toolset.entries.tool.get(textAt(params, ['name']) ?? '');
  const known = (entry && headerParametersOf(entry.offering)) ?? [];
  return otherParameterHeaders(exchange.request.headers, known);
}

/** What clients hear of by `subscriptions/listen` alone, or what the modern protocol has no more. */
const notForCallers: ReadonlySet<string> = new Set([
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
  'notifications/resources/updated',
  'notifications/tasks',
  'notifications/elicitation/complete',
  'notifications/cancelled',
  'notifications/subscriptions/acknowledged',
]);

/** Whether a server's notification may go on the response to a call; log messages as asked for. */
function isForCaller(message: Envelope, logLevel: string | undefined): boolean {
  const { method = '' } = message;
  if (method !== 'notifications/message') return !notForCallers.has(method);
  return logLevel !== undefined && isLogWanted(message, logLevel);
}
