import { type Envelope, paramsText, resultTypeOf } from '@plugboard/protocol';

import type { Exchange, ForwardServices } from '../call/forward.ts';
import { renamedParams } from '../call/params-for.ts';
import type { Round } from './brought-input.ts';
import { modernSender } from './modern-sender.ts';
import { withOwnState } from './own-state.ts';
import { passInputRequired } from './to-modern-client.ts';

/**
 * A modern client's call of a modern server: as it is, but for the state that the server gives the
 * client to keep, which is sealed on its way out and opened on its way in.
 */
export async function callModernFromModern(
  services: ForwardServices,
  exchange: Exchange,
  round: Round | undefined,
): Promise<Envelope> {
  const { call, request, options } = exchange;
  const { client, record } = options;
  const params = renamedParams(call, withOwnState(paramsText(request), round));
  const answer = await modernSender(services, exchange)(params);
  if (!round || resultTypeOf(answer) !== 'input_required') return answer;
  const passed = passInputRequired(services, round.subject, answer, client.capabilities);
  record.noteInputRequired();
  for (const method of passed.methods) record.noteAsked(method);
  return passed.answer;
}
