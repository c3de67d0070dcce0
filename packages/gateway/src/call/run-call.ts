import { isAppError, levelCovers } from '@plugboard/contracts';
import { type Envelope, resultIsError, type Upstream } from '@plugboard/protocol';

import { authorize } from '../access/authorize.ts';
import { decideTask } from '../access/decide-task.ts';
import type { AuditLog } from '../ports.ts';
import type { Toolset } from '../toolset/toolset.ts';
import type { CallClient } from './call-client.ts';
import { openCallRecord } from './call-record.ts';
import { forward, type ForwardServices } from './forward.ts';
import { guardResult } from './guard.ts';
import type { Limiter } from './limit.ts';
import { argumentsOf, type CallEnd, type CallFacts, endOfFailure } from './record.ts';
import { instanceStopped, MethodRefused, notOwned, notPermitted, unresolved } from './refusal.ts';
import { resolve, type ResolvedCall } from './resolve.ts';
import { isForwardable } from './resolve-other.ts';
import { askToSignIn } from './sign-in-required.ts';

/** What the stages need from outside. */
export interface CallServices extends ForwardServices {
  readonly audit: AuditLog;
  readonly limiter: Limiter;
  /** Milliseconds without answer or progress after which a call is given up. */
  readonly callTimeoutMs: number;
  readonly maxResultBytes: number;
}

/** One call on its way through the gateway. */
export interface CallRequest {
  readonly facts: CallFacts;
  readonly toolset: Toolset;
  readonly client: CallClient;
  readonly request: Envelope;
  /** The parsed `params`; only ever read, what is forwarded are the bytes. */
  readonly params: unknown;
  readonly signal: AbortSignal;
  /** Hears what the server says during the call, in order, never before the call is on record. */
  readonly onMessage: (message: Envelope) => void;
  readonly onUpstream?: (upstream: Upstream) => void;
  /** The server will be polled for the answer; see `UpstreamRequest.onSuspend`. */
  readonly onSuspend?: (retryMs: number | undefined) => void;
  /** `Mcp-Param-*` headers of the request that the tool's schema does not account for. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Carries the call out instead of forwarding it, once it is permitted and recorded. */
  readonly perform?: (call: ResolvedCall) => Promise<Envelope>;
}

/**
 * Runs one call: resolve → decide → limit → record → forward → guard → record.
 *
 * Resolves with the server's own answer, rejects with `AppError` for everything else; either way
 * the call is on record by then. When the record cannot be written nothing is shown: it rejects
 * with `unavailable`.
 */
export async function runCall(services: CallServices, call: CallRequest): Promise<Envelope> {
  const { facts, toolset, request, params } = call;
  const { organizationId, agentId, memberId } = facts.caller;
  const record = openCallRecord(services, facts, argumentsOf(request, params));
  let answer: Envelope | undefined;
  let failure: unknown;
  let end: CallEnd;
  let target: ResolvedCall | undefined;
  try {
    const resolution = resolve(toolset, facts.method, params);
    if (!resolution.found) throw unresolved(resolution, facts.method);
    target = resolution.call;
    record.locate(target);

    const decision =
      target.taskId === undefined
        ? authorize(toolset.grants, target, services.clock())
        : decideTask(toolset.grants, target.instance, services.clock());
    if (!decision.allowed) throw notPermitted(decision, target, params);
    record.permit(decision.grant.id);
    if (target.instance.stopped === true) throw instanceStopped(target.instance, decision.grant);
    if (target.taskId !== undefined) await requireOwner(services, call, target, target.taskId);
    if (!call.perform && !isForwardable(facts.method)) {
      throw new MethodRefused(facts.method, 'unknown_method');
    }

    using _place = services.limiter.enter(agentId);
    if (levelCovers(target.level, 'write')) await record.intend();

    answer = call.perform
      ? await call.perform(target)
      : await forward(services, target, request, {
          organizationId,
          agentId,
          memberId,
          client: call.client,
          params,
          isAggregate: toolset.endpoint.instance === undefined,
          record,
          signal: call.signal,
          timeoutMs: services.callTimeoutMs,
          onMessage: (message) => record.whenRecorded(() => call.onMessage(message)),
          ...(call.onUpstream && { onUpstream: call.onUpstream }),
          ...(call.onSuspend && { onSuspend: call.onSuspend }),
          ...(call.headers && { headers: call.headers }),
        });
    guardResult(answer, services.maxResultBytes);
    end = endOfAnswer(answer);
  } catch (error) {
    failure = error;
    end = endOfFailure(error);
  }
  await record.end(end);
  if (isAppError(failure, 'sign_in_required')) return askToSignIn(services, call, target, failure);
  if (answer === undefined || failure !== undefined) throw failure;
  return answer;
}

/** Nobody may learn of another agent's task, not even that there is one. */
async function requireOwner(
  { tasks }: CallServices,
  { facts, params }: CallRequest,
  target: ResolvedCall,
  taskId: string,
): Promise<void> {
  const { organizationId, agentId } = facts.caller;
  const owner = await tasks.findOwner(organizationId, target.instance.id, taskId);
  if (owner === agentId) return;
  throw notOwned(target, params, owner === undefined ? 'unknown' : 'not_owner');
}

function endOfAnswer(answer: Envelope): CallEnd {
  const resultBytes = answer.bytes.length;
  if (answer.kind === 'error') return { outcome: 'error', reason: 'upstream_error', resultBytes };
  return { outcome: resultIsError(answer) ? 'tool_error' : 'ok', resultBytes };
}
