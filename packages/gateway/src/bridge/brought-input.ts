import { paramsText, readInput, withoutInput, type Envelope } from '@plugboard/protocol';

import type { ForwardOptions } from '../call/forward.ts';
import type { ResolvedCall } from '../call/resolve.ts';
import { valueAt } from '../call/value-at.ts';
import type { StateSealer } from '../ports.ts';
import { type KeptState, openState, type StateSubject } from './request-state.ts';

/** The methods whose results may ask for input (MCP 2026-07-28, multi round-trip requests). */
const asking: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read']);

/** A modern client's request as one round of a call. */
export interface Round {
  /** Raw `params` as the client sent them, without what it brings. */
  readonly params: Buffer;
  /** Raw results by the key of what was asked. */
  readonly responses: ReadonlyMap<string, Buffer>;
  readonly kept: KeptState | undefined;
  readonly subject: StateSubject;
}

/**
 * What a request brings to a call that asked its client for input; undefined for requests that cannot.
 * Throws `StateRefused` for a state that does not belong to it.
 */
export function readRound(
  { sealer, clock }: { readonly sealer: StateSealer; readonly clock: () => number },
  call: ResolvedCall,
  request: Envelope,
  options: Pick<ForwardOptions, 'organizationId' | 'agentId' | 'memberId' | 'client' | 'params'>,
): Round | undefined {
  const { organizationId, agentId, memberId, client, params: parsed } = options;
  const method = request.method ?? '';
  if (client.era !== 'modern' || !asking.has(method)) return undefined;
  const params = paramsText(request);
  if (!params) return undefined;
  const instanceId = call.instance.id;
  const subject = { organizationId, agentId, memberId, instanceId, method, params };
  const brings =
    valueAt(parsed, ['inputResponses']) !== undefined ||
    valueAt(parsed, ['requestState']) !== undefined;
  if (!brings) return { params, responses: new Map(), kept: undefined, subject };
  const input = readInput(params);
  const state = input?.requestState;
  return {
    params: withoutInput(params),
    responses: input?.responses ?? new Map(),
    kept: state === undefined ? undefined : openState(sealer, subject, state, clock()),
    subject,
  };
}
