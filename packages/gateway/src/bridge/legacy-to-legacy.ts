import { type Envelope, paramsText, type UpstreamRequest } from '@plugboard/protocol';

import type { Exchange, ForwardServices } from '../call/forward.ts';
import { renamedParams } from '../call/params-for.ts';
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
  // Made when the server asks something, which most calls never see.
  let questions: CallQuestions | undefined;
  const ask = (message: Envelope): void => {
    questions ??= new CallQuestions({
      upstream,
      client,
      record: options.record,
      registry: services.bridge.questions,
      onError: services.bridge.onError,
    });
    questions.hear(message);
  };
  const hear = (message: Envelope): void => {
    if (message.method === 'notifications/cancelled') {
      services.bridge.questions.withdraw(upstream, message);
    } else onMessage(message);
  };
  const underWay = { agentId, clientKey: client.key, onMessage: hear, onRequest: ask };
  using _attributed = services.attribution.enter(upstream, underWay);
  try {
    return await upstream.request({
      ...sent,
      onMessage: hear,
      onRequest: ask,
      ...(client.ask && {
        isHeldUp: () => questions?.isHeldUp() === true,
        maxTotalMs: longestAskedMs,
      }),
    });
  } finally {
    questions?.[Symbol.dispose]();
  }
}
