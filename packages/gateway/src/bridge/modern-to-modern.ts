import { type Envelope, paramsText, resultTypeOf } from '@plugboard/protocol';

import type { Exchange, ForwardServices } from '../call/forward.ts';
import { headersFor, renamedParams } from '../call/params-for.ts';
import type { Round } from './brought-input.ts';
import { withOwnState } from './own-state.ts';
import { passInputRequired } from './to-modern-client.ts';

/**
 * A modern client's call of a modern server: as it is, but for the state that the server gives the
 * client to keep, which is sealed on its way out and opened on its way in.
 */
export async function callModernFromModern(
  services: ForwardServices,
  { call, request, upstream, options }: Exchange,
  round: Round | undefined,
): Promise<Envelope> {
  const { agentId, client, record, signal, timeoutMs, onMessage } = options;
  const headers = headersFor(upstream, call, options.params, options.headers);
  const params = renamedParams(call, withOwnState(paramsText(request), round));
  const answer = await send();
  if (!round || resultTypeOf(answer) !== 'input_required') return answer;
  const passed = passInputRequired(services, round.subject, answer, client.capabilities);
  record.noteInputRequired();
  for (const method of passed.methods) record.noteAsked(method);
  return passed.answer;

  async function send(): Promise<Envelope> {
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
  }
}
