import type { Envelope } from '@plugboard/protocol';

import type { Exchange, ForwardServices } from '../call/forward.ts';
import { headersFor, speakingParams } from '../call/params-for.ts';
import { askRounds } from './ask-rounds.ts';

/** A legacy client's call of a modern server: each request says what the client's session said once. */
export function callModernFromLegacy(
  services: ForwardServices,
  { call, request, upstream, options }: Exchange,
): Promise<Envelope> {
  const { agentId, client, record, signal, timeoutMs, onMessage } = options;
  const method = request.method ?? '';
  const headers = headersFor(upstream, call, options.params, options.headers);
  const params = speakingParams(upstream, call, request, client);
  return askRounds(
    { method, params },
    {
      client,
      record,
      signal,
      async send(roundParams) {
        const underWay = { agentId, clientKey: client.key, onMessage };
        using _attributed = services.attribution.enter(upstream, underWay);
        return await upstream.request({
          method,
          ...(roundParams && { params: roundParams }),
          ...(headers && { headers }),
          signal,
          timeoutMs,
          onMessage,
        });
      },
    },
  );
}
