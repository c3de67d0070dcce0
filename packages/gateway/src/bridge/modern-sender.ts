import type { Envelope } from '@plugboard/protocol';

import type { Exchange, ForwardServices } from '../call/forward.ts';
import { headersFor } from '../call/params-for.ts';

/** Sends a call to a modern server, as often as its rounds need, each time with the raw `params` given. */
export function modernSender(
  services: Pick<ForwardServices, 'attribution'>,
  { call, request, upstream, options }: Exchange,
): (params: Buffer | undefined) => Promise<Envelope> {
  const { agentId, client, signal, timeoutMs, onMessage } = options;
  const headers = headersFor(upstream, call, options.params, options.headers);
  return async (params) => {
    const underWay = { agentId, clientKey: client.key, onMessage };
    using _attributed = services.attribution.enter(upstream, underWay);
    return await upstream.request({
      method: request.method ?? '',
      ...(params && { params }),
      ...(headers && { headers }),
      signal,
      timeoutMs,
      onMessage,
    });
  };
}
