import { type Envelope, resultTypeOf, type Upstream } from '@plugboard/protocol';

import { readRound } from '../bridge/brought-input.ts';
import type { Bridge } from '../bridge/create-bridge.ts';
import { callLegacyFromLegacy } from '../bridge/legacy-to-legacy.ts';
import { callModernFromLegacy } from '../bridge/legacy-to-modern.ts';
import { callLegacyFromModern, resumeCall } from '../bridge/modern-to-legacy.ts';
import { callModernFromModern } from '../bridge/modern-to-modern.ts';
import { exposeTaskId, noteTask } from '../bridge/tasks.ts';
import { requireAccepted } from '../bridge/to-modern-client.ts';
import type { StateSealer, TaskStore, Upstreams } from '../ports.ts';
import type { Attribution } from './attribution.ts';
import type { CallClient } from './call-client.ts';
import type { CallRecord } from './call-record.ts';
import { exposeUris } from './expose-uris.ts';
import type { ResolvedCall } from './resolve.ts';

export interface ForwardServices {
  readonly upstreams: Upstreams;
  readonly attribution: Attribution;
  readonly bridge: Bridge;
  readonly tasks: TaskStore;
  readonly sealer: StateSealer;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

export interface ForwardOptions {
  readonly organizationId: string;
  readonly agentId: string;
  /** The member for whom the agent acts. */
  readonly memberId?: string | undefined;
  readonly client: CallClient;
  /** The parsed `params`. */
  readonly params: unknown;
  /** Whether names and URIs tell here which server they are of. */
  readonly isAggregate: boolean;
  readonly record: Pick<CallRecord, 'recorded' | 'noteAsked' | 'noteInputRequired'>;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly onMessage: (message: Envelope) => void;
  /** Hears which connection to a legacy server carries the call, just before it is sent. */
  readonly onUpstream?: (upstream: Upstream) => void;
  readonly onSuspend?: (retryMs: number | undefined) => void;
  /** `Mcp-Param-*` headers of the client that the tool's schema does not account for. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A call on its way to a server whose connection is known. */
export interface Exchange {
  readonly call: ResolvedCall;
  readonly request: Envelope;
  readonly upstream: Upstream;
  readonly options: ForwardOptions;
}

/**
 * Sends a call to its server, starting it if it sleeps, and resolves with the answer for the client:
 * the server's own, but for what a bridge between the eras must change and the URIs on an endpoint that
 * aggregates. The parameters go as the agent wrote them, but for the name when this endpoint had
 * changed it, and what one era has and the other has not.
 */
export async function forward(
  services: ForwardServices,
  call: ResolvedCall,
  request: Envelope,
  options: ForwardOptions,
): Promise<Envelope> {
  const { organizationId, client } = options;
  const round = readRound(services, call, request, options);
  const kept = round?.kept;
  if (round && kept?.kind === 'parked') {
    const answer = await resumeCall(services, request, options, { ...round, kept });
    return exposed(call, request, answer, options, false);
  }
  if (round && kept?.kind === 'again') requireAccepted(kept.keys, round.responses);
  const upstream = await services.bridge.own.connect(
    organizationId,
    options,
    call.instance,
    client,
  );
  const exchange = { call, request, upstream, options };
  if (upstream.hello.era === 'legacy') {
    options.onUpstream?.(upstream);
    const answer =
      client.era === 'legacy'
        ? await callLegacyFromLegacy(services, exchange)
        : await callLegacyFromModern(services, exchange, round);
    return exposed(call, request, answer, options, false);
  }
  const answer =
    client.era === 'modern'
      ? await callModernFromModern(services, exchange, round)
      : await callModernFromLegacy(services, exchange);
  const isNewTask = resultTypeOf(answer) === 'task';
  // Before anybody learns the task's id.
  if (isNewTask) await noteTask(services.tasks, options, call, answer);
  return exposed(call, request, answer, options, isNewTask);
}

function exposed(
  call: ResolvedCall,
  request: Envelope,
  answer: Envelope,
  { isAggregate }: ForwardOptions,
  isNewTask: boolean,
): Envelope {
  if (!isAggregate || answer.kind !== 'result') return answer;
  const { slug } = call.instance;
  const shown = exposeUris(request.method ?? '', answer, slug);
  return isNewTask || call.taskId !== undefined ? exposeTaskId(shown, slug) : shown;
}
