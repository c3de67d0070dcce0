import type { Envelope } from '@plugboard/protocol';

import type { Exchange, ForwardServices } from '../call/forward.ts';
import { speakingParams } from '../call/params-for.ts';
import { askRounds } from './ask-rounds.ts';
import { modernSender } from './modern-sender.ts';

/** A legacy client's call of a modern server: each request says what the client's session said once. */
export function callModernFromLegacy(
  services: ForwardServices,
  exchange: Exchange,
): Promise<Envelope> {
  const { call, request, upstream, options } = exchange;
  const { client, record, signal } = options;
  const params = speakingParams(upstream, call, request, client);
  const send = modernSender(services, exchange);
  return askRounds({ method: request.method ?? '', params }, { client, record, signal, send });
}
