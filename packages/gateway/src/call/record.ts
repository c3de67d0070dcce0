import { isAppError } from '@plugboard/contracts';
import type { Envelope } from '@plugboard/protocol';
import { findMember, modernCodes, ModernError } from '@plugboard/protocol';

import type { CallIntent, CallOutcome, RecordedArguments } from '../audit-record.ts';
import type { AgentIdentity } from '../ports.ts';
import { recordArguments, recordName } from './redact.ts';
import { CallRefused, MethodRefused, StateRefused } from './refusal.ts';
import type { ResolvedCall } from './resolve.ts';

/**
 * Who makes a call: an agent by a token, which may act for a member, or a member who tries a tool as
 * an agent.
 */
export interface Caller {
  readonly organizationId: string;
  readonly agentId: string;
  readonly tokenId?: string;
  readonly memberId?: string;
}

/** The one behind a token. */
export function callerOf({ organizationId, agentId, tokenId, memberId }: AgentIdentity): Caller {
  return { organizationId, agentId, tokenId, ...(memberId !== undefined && { memberId }) };
}

/** What is known of a call when it arrives. */
export interface CallFacts {
  readonly callId: string;
  readonly caller: Caller;
  readonly method: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

/** The arguments as the log keeps them; undefined for methods and calls without. */
export function argumentsOf(request: Envelope, params: unknown): RecordedArguments | undefined {
  if (!request.params || params === null || typeof params !== 'object') return undefined;
  const range = findMember(request.bytes, request.params, 'arguments');
  if (!range || !('arguments' in params)) return undefined;
  return recordArguments(request.bytes.subarray(range.start, range.end), params.arguments);
}

/** The record made before a call is forwarded. */
export function intentOf(
  facts: CallFacts,
  call: ResolvedCall,
  grantId: string,
  recorded: RecordedArguments | undefined,
  now: number,
): CallIntent {
  return {
    kind: 'call.intent',
    at: now,
    ...identify(facts),
    ...locate(call),
    grantId,
    ...(recorded && { arguments: recorded }),
  };
}

/** How a call ended. */
export interface CallEnd {
  readonly outcome: CallOutcome['outcome'];
  readonly reason?: string;
  readonly grantId?: string;
  readonly resultBytes?: number;
  readonly asked?: readonly string[];
}

/** The record made before a call's answer is visible. */
export function outcomeOf(
  facts: CallFacts,
  call: ResolvedCall | undefined,
  end: CallEnd,
  recorded: RecordedArguments | undefined,
  now: number,
): CallOutcome {
  return {
    kind: 'call.outcome',
    at: now,
    ...identify(facts),
    ...(call && locate(call)),
    ...end,
    durationMs: Math.round((now - facts.startedAt) * 10) / 10,
    ...(recorded && { arguments: recorded }),
  };
}

/** How a failed call ended, by the error that ended it. */
export function endOfFailure(error: unknown): CallEnd {
  if (error instanceof CallRefused || error instanceof MethodRefused) {
    const grantId = error.grantId === undefined ? {} : { grantId: error.grantId };
    return { outcome: 'refused', reason: error.reason, ...grantId };
  }
  if (error instanceof StateRefused) return { outcome: 'refused', reason: error.reason };
  if (error instanceof ModernError && error.rpcCode === modernCodes.missingClientCapability) {
    return { outcome: 'error', reason: 'missing_capability' };
  }
  if (isAppError(error, 'sign_in_required')) return { outcome: 'refused', reason: error.code };
  if (isAppError(error, 'rate_limited')) return { outcome: 'refused', reason: error.code };
  if (isAppError(error, 'cancelled')) return { outcome: 'cancelled' };
  return { outcome: 'error', reason: isAppError(error) ? error.code : 'internal' };
}

const maxMethod = 128;

function identify({ callId, caller, method }: CallFacts) {
  return {
    callId,
    agentId: caller.agentId,
    ...(caller.tokenId !== undefined && { tokenId: caller.tokenId }),
    ...(caller.memberId !== undefined && { memberId: caller.memberId }),
    // A client may ask for methods of any length, of which none has a long name.
    method: method.slice(0, maxMethod),
  };
}

function locate({ instance, kind, name, level }: ResolvedCall) {
  return {
    instanceId: instance.id,
    instance: instance.slug,
    offeringKind: kind,
    offering: recordName(name),
    level,
  };
}
