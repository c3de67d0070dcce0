import { isAppError } from '@plugboard/contracts';
import {
  buildResult,
  type Envelope,
  idText,
  readEnvelope,
  resultParts,
  type Upstream,
  withId,
} from '@plugboard/protocol';

import { credentialSetOf } from '../call/credential-set.ts';
import type { CallClient } from '../call/call-client.ts';
import { callerOf } from '../call/record.ts';
import { MethodNotFound } from '../call/rpc-error.ts';
import { callMethods, type ResolvedCall } from '../call/resolve.ts';
import { isForwardable } from '../call/resolve-other.ts';
import { type CallRequest, type CallServices, runCall } from '../call/run-call.ts';
import type { SessionSubscriptions } from '../session/session-subscriptions.ts';
import type { Session } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import type { Subscriptions } from '../subscriptions/subscriptions.ts';
import type { Toolset } from '../toolset/toolset.ts';
import { listResult } from './lists.ts';
import { type LogLevels, readLogLevel } from './logging.ts';

export interface MethodServices extends CallServices {
  readonly sessions: Sessions;
  readonly subscriptions: Subscriptions;
  readonly sessionSubscriptions: SessionSubscriptions;
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
  /** The server will be polled for the answer; see `UpstreamRequest.onSuspend`. */
  readonly onSuspend: (retryMs: number | undefined) => void;
}

const callMethodSet: ReadonlySet<string> = new Set(callMethods);

/** No method is called that, and one that is refused is put on record with its name. */
const maxMethodLength = 128;

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
  if (callMethodSet.has(method)) return withId(await forwardCall(services, call), id);
  if (method === 'ping') return [buildResult(id, '{}')];
  if (method === 'logging/setLevel') {
    await services.sessions.setLogLevel(session, readLogLevel(params));
    await raiseLogLevel(services, call);
    return [buildResult(id, '{}')];
  }
  const list = listResult(toolset, method, params, call.client, call.startedAt);
  if (list) return resultParts(id, list);
  if (method === 'resources/subscribe') return withId(await subscribe(services, call), id);
  if (method === 'resources/unsubscribe') return withId(await unsubscribe(services, call), id);
  if (!isForwardable(method) || method.length > maxMethodLength) throw new MethodNotFound(method);
  return withId(await forwardCall(services, call), id);
}

function forwardCall(services: MethodServices, call: SessionRequest): Promise<Envelope> {
  const { session, onSuspend } = call;
  const onUpstream = (upstream: Upstream): void => {
    if (session.logLevel !== undefined) services.logLevels.require(upstream, session.logLevel);
  };
  return runCall(services, asCall(call, { onUpstream, onSuspend }));
}

/**
 * On a transparent endpoint the server hears of a new log level at once; an aggregate passes it on
 * with the next call to each, for it must not wake them all.
 */
async function raiseLogLevel(services: MethodServices, call: SessionRequest): Promise<void> {
  const { session, toolset } = call;
  const [only] = toolset.instances;
  if (toolset.endpoint.instance === undefined || !only || session.logLevel === undefined) return;
  if (only.stopped === true) return;
  const { identity, logLevel } = session;
  try {
    const set = credentialSetOf(identity, only);
    const upstream = await services.upstreams.acquire(identity.organizationId, only.id, set);
    services.logLevels.require(upstream, logLevel);
  } catch (error) {
    // The first call after the sign-in brings it.
    if (!isAppError(error, 'sign_in_required')) throw error;
  }
}

function subscribe(services: MethodServices, call: SessionRequest): Promise<Envelope> {
  const { session, toolset, client, params } = call;
  const perform = async (resolved: ResolvedCall): Promise<Envelope> => {
    await services.sessionSubscriptions.add(session, toolset, client, resolved, params);
    return emptyResult();
  };
  return runCall(services, asCall(call, { perform }));
}

/** Ends it first: it must not depend on a grant that may be gone. */
async function unsubscribe(services: MethodServices, call: SessionRequest): Promise<Envelope> {
  await services.sessionSubscriptions.remove(call.session, call.params);
  return runCall(services, asCall(call, { perform: async () => emptyResult() }));
}

function emptyResult(): Envelope {
  return readEnvelope(buildResult('0', '{}'));
}

function asCall(
  call: SessionRequest,
  way: Pick<CallRequest, 'onUpstream' | 'onSuspend' | 'perform'>,
): CallRequest {
  const { session, toolset, client, request, params, callId, startedAt, signal, onMessage } = call;
  const caller = callerOf(session.identity);
  const facts = { callId, caller, method: request.method ?? '', startedAt };
  return { facts, toolset, client, request, params, signal, onMessage, ...way };
}
