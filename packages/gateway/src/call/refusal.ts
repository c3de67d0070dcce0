import { AppError, type ErrorCode } from '@plugboard/contracts';
import { ModernError, rpcCodes } from '@plugboard/protocol';

import type { Decision, Grant } from '../access/decide.ts';
import { explainDecision } from '../access/explain.ts';
import type { OfferedInstance } from '../ports.ts';
import { type Resolution, type ResolvedCall, unknownMessage } from './resolve.ts';
import { unknownTask } from './resolve-other.ts';
import { MethodNotFound } from './rpc-error.ts';
import { textAt } from './value-at.ts';

/** A call that access rules, or its own form, stopped; nothing was forwarded. */
export class CallRefused extends AppError {
  readonly reason: string;
  readonly grantId: string | undefined;

  constructor(code: ErrorCode, message: string, reason: string, grantId?: string) {
    super(code, message);
    this.reason = reason;
    this.grantId = grantId;
  }
}

/** The same for a method, answered as one that does not exist. */
export class MethodRefused extends MethodNotFound {
  readonly reason: string;
  readonly grantId: string | undefined;

  constructor(method: string, reason: string, grantId?: string) {
    super(method);
    this.reason = reason;
    this.grantId = grantId;
  }
}

/** What a client kept for us, refused (MCP 2026-07-28, multi round-trip requests). */
export class StateRefused extends ModernError {
  readonly reason: 'state_invalid' | 'state_expired';

  constructor(reason: StateRefused['reason'], message: string) {
    super(rpcCodes.invalidParams, message);
    this.reason = reason;
  }
}

/** The refusal of a request that names nothing, or nothing known. */
export function unresolved(
  resolution: Extract<Resolution, { found: false }>,
  method: string,
): CallRefused | MethodRefused {
  if (resolution.reason === 'unknown_method') {
    return new MethodRefused(method, resolution.reason);
  }
  const code = resolution.reason === 'unknown' ? 'not_found' : 'invalid_input';
  return new CallRefused(code, resolution.message, resolution.reason);
}

/**
 * The refusal of a call that is not granted. Without a grant, or under a deny, the answer is the
 * same as for what does not exist; where a grant reaches it at too low a level, its existence is no
 * secret and the answer names what is missing.
 */
export function notPermitted(
  decision: Extract<Decision, { allowed: false }>,
  call: ResolvedCall,
  params: unknown,
): CallRefused | MethodRefused {
  const grantId = decision.grant?.id;
  if (decision.reason !== 'level_too_low') {
    if (call.taskId !== undefined) return notOwned(call, params, decision.reason, grantId);
    if (call.kind === 'method') return new MethodRefused(call.name, decision.reason, grantId);
    const message = unknownMessage(call.kind, askedName(call, params));
    return new CallRefused('not_found', message, decision.reason, grantId);
  }
  const what = `${call.instance.slug} ${call.kind.replace('_', ' ')} ${call.name}`;
  const why = explainDecision(decision, call.level);
  const message = `The ${what} is ${why}. An admin can grant the level.`;
  return new CallRefused('forbidden', message, decision.reason, grantId);
}

/** The refusal of a call of what an admin stopped, told to agents that may use it. */
export function instanceStopped(
  { slug }: Pick<OfferedInstance, 'slug'>,
  { id }: Pick<Grant, 'id'>,
): CallRefused {
  const message = `The server ${slug} is stopped. An admin can start it again.`;
  return new CallRefused('unavailable', message, 'instance_stopped', id);
}

/** The refusal of a task that is another agent's, or nobody's: the same as for one that never was. */
export function notOwned(
  call: ResolvedCall,
  params: unknown,
  reason = 'not_owner',
  grantId?: string,
): CallRefused {
  return new CallRefused('not_found', unknownTask(askedName(call, params)), reason, grantId);
}

/** The name as the agent wrote it, so that a refusal tells no more than the agent knew. */
function askedName(call: ResolvedCall, params: unknown): string {
  return textAt(params, call.namePath) ?? '';
}
