import type { Envelope, UpstreamRequest } from '@plugboard/protocol';

import type { Exchange, ForwardServices } from '../call/forward.ts';
import { renamedParams } from '../call/params-for.ts';
import { paramsText } from '@plugboard/protocol';
import { CallQuestions, longestAskedMs } from './call-questions.ts';

/** A legacy client's call of a legacy server: as it is, and what the server asks goes to the client. */
export async function callLegacyFromLegacy(
  services: ForwardServices,
  { call, request, upstream, options }: Exchange,
): Promise<Envelope> {
  const { agentId, client, signal, timeoutMs, onMessage, onSuspend } = options;
  const params = renamedParams(call, paramsText(request));
  const sent: UpstreamRequest = {
    method: request.method ?? '',
    ...(params && { params }),
    signal,
    timeoutMs,
    onMessage,
    ...(onSuspend && { onSuspend }),
  };
  if (!client.ask && !call.instance.isRemote) {
    const underWay = { agentId, clientKey: client.key, onMessage };
    using _attributed = services.attribution.enter(upstream, underWay);
    return await upstream.request(sent);
  }
  using questions = new CallQuestions({
    upstream,
    client,
    record: options.record,
    registry: services.bridge.questions,
    onError: services.bridge.onError,
  });
  const hear = (message: Envelope): void => {
    if (message.method === 'notifications/cancelled') {
      services.bridge.questions.withdraw(upstream, message);
    } else onMessage(message);
  };
  const underWay = {
    agentId,
    clientKey: client.key,
    onMessage: hear,
    onRequest: questions.hear,
  };
  using _attributed = services.attribution.enter(upstream, underWay);
  return await upstream.request({
    ...sent,
    onMessage: hear,
    onRequest: questions.hear,
    ...(client.ask && { isHeldUp: questions.isHeldUp, maxTotalMs: longestAskedMs }),
  });
}
