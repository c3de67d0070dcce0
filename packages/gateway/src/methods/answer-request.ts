import {
  buildResult,
  type Envelope,
  idText,
  type Upstream,
  resultParts,
  withId,
} from '@plugboard/protocol';

import { sharedCredentials } from '../call/credential-set.ts';
import type { CallClient } from '../call/call-client.ts';
import type { CallFacts } from '../call/record.ts';
import { MethodNotFound } from '../call/rpc-error.ts';
import { callMethods, type CallMethod } from '../call/resolve.ts';
import { type CallServices, runCall } from '../call/run-call.ts';
import type { Session } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import type { Toolset } from '../toolset/toolset.ts';
import { listResult } from './lists.ts';
import { type LogLevels, readLogLevel } from './logging.ts';

export interface MethodServices extends CallServices {
  readonly sessions: Sessions;
  readonly logLevels: LogLevels;
}

/** One request of a session, ready to be answered. */
export interface SessionRequest {
  readonly session: Session;
  readonly toolset: Toolset;
  readonly client: CallClient;
  readonly request: Envelope;
  readonly params: Readonly<Record<string, unknown>>;
  readonly callId: string;
  readonly startedAt: number;
  readonly signal: AbortSignal;
  readonly onMessage: (message: Envelope) => void;
}

const callMethodSet: ReadonlySet<string> = new Set(callMethods);

/**
 * Answers a request of an open session: the whole JSON-RPC response, as parts to write in order.
 * Rejects with `AppError`, or `MethodNotFound` for a method that is none of these.
 */
export async function answerRequest(
  services: MethodServices,
  call: SessionRequest,
): Promise<Buffer[]> {
  const { session, toolset, request, params } = call;
  const method = request.method ?? '';
  const id = idText(request) ?? 'null';
  if (isCallMethod(method)) return withId(await forwardCall(services, call, method), id);
  if (method === 'ping') return [buildResult(id, '{}')];
  if (method === 'logging/setLevel') {
    await services.sessions.setLogLevel(session, readLogLevel(params));
    await raiseLogLevel(services, call);
    return [buildResult(id, '{}')];
  }
  const list = listResult(toolset, method, params, call.client, call.startedAt);
  if (list) return resultParts(id, list);
  throw new MethodNotFound(method);
}

function isCallMethod(method: string): method is CallMethod {
  return callMethodSet.has(method);
}

function forwardCall(
  services: MethodServices,
  call: SessionRequest,
  method: CallMethod,
): Promise<Envelope> {
  const { session, toolset, client, request, params, callId, startedAt, signal, onMessage } = call;
  const { organizationId, agentId, tokenId } = session.identity;
  const facts: CallFacts & { method: CallMethod } = {
    callId,
    caller: { organizationId, agentId, tokenId },
    method,
    startedAt,
  };
  const onUpstream = (upstream: Upstream): void => {
    if (session.logLevel !== undefined) services.logLevels.require(upstream, session.logLevel);
  };
  return runCall(services, {
    facts,
    toolset,
    client,
    request,
    params,
    signal,
    onMessage,
    onUpstream,
  });
}

/**
 * On a transparent endpoint the server hears of a new log level at once; an aggregate passes it on
 * with the next call to each, for it must not wake them all.
 */
async function raiseLogLevel(services: MethodServices, call: SessionRequest): Promise<void> {
  const { session, toolset } = call;
  const [only] = toolset.instances;
  if (toolset.endpoint.instance === undefined || !only || session.logLevel === undefined) return;
  const { organizationId } = session.identity;
  const upstream = await services.upstreams.acquire(organizationId, only.id, sharedCredentials);
  services.logLevels.require(upstream, session.logLevel);
}
