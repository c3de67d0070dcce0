import { type Envelope, paramsText, type Upstream, withMember } from '@plugboard/protocol';

import type { Upstreams } from '../ports.ts';
import type { Attribution } from './attribution.ts';
import type { CallClient } from './call-client.ts';
import { sharedCredentials } from './credential-set.ts';
import type { ResolvedCall } from './resolve.ts';

export interface ForwardServices {
  readonly upstreams: Upstreams;
  readonly attribution: Attribution;
}

export interface ForwardOptions {
  readonly organizationId: string;
  readonly agentId: string;
  readonly client: CallClient;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly onMessage: (message: Envelope) => void;
  /** Hears which connection carries the call, just before it is sent. */
  readonly onUpstream?: (upstream: Upstream) => void;
  readonly onSuspend?: (retryMs: number | undefined) => void;
}

/**
 * Sends a call to its server, starting it if it sleeps, and resolves with the server's answer. The
 * parameters go as the agent wrote them, but for the name when this endpoint had changed it.
 */
export async function forward(
  services: ForwardServices,
  call: ResolvedCall,
  request: Envelope,
  options: ForwardOptions,
): Promise<Envelope> {
  const { organizationId, agentId, signal, timeoutMs, onMessage } = options;
  const upstream = await services.upstreams.acquire(
    organizationId,
    call.instance.id,
    sharedCredentials,
  );
  options.onUpstream?.(upstream);
  const params = paramsFor(call, request);
  using _attributed = services.attribution.enter(upstream, { agentId, onMessage });
  return await upstream.request({
    method: request.method ?? '',
    ...(params && { params }),
    signal,
    timeoutMs,
    onMessage,
    ...(options.onSuspend && { onSuspend: options.onSuspend }),
  });
}

function paramsFor(call: ResolvedCall, request: Envelope): Buffer | undefined {
  const params = paramsText(request);
  if (!params || !call.renamed) return params;
  const own = withMember(params, call.namePath, JSON.stringify(call.name));
  if (!own)
    throw new Error(`no member ${call.namePath.join('.')} in params that were resolved by it`);
  return own;
}
