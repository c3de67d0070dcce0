import { newId } from '@plugboard/contracts';
import { type Envelope, paramsText, withoutRequestMeta } from '@plugboard/protocol';

import type { Exchange, ForwardOptions, ForwardServices } from '../call/forward.ts';
import { renamedParams } from '../call/params-for.ts';
import type { Round } from './brought-input.ts';
import { longestAskedMs } from './call-questions.ts';
import { serverChanged } from './own-state.ts';
import { ParkedCall, progressTokenOf, type Turn } from './parked-call.ts';
import type { KeptState } from './request-state.ts';
import { askForInput, fromLegacyServer } from './to-modern-client.ts';

/** A modern client's call of a legacy server: parked while the client answers what the server asks. */
export async function callLegacyFromModern(
  services: ForwardServices,
  { call, request, upstream, options }: Exchange,
  round: Round | undefined,
): Promise<Envelope> {
  if (round?.kept?.kind === 'upstream') throw serverChanged();
  const { agentId, client, timeoutMs } = options;
  const asSent = round?.params ?? paramsText(request);
  const params = renamedParams(call, asSent && withoutRequestMeta(asSent));
  const parked = new ParkedCall({
    id: newId(),
    agentId,
    clientKey: client.key,
    upstream,
    capabilities: client.capabilities,
    canPark: round !== undefined,
    registry: services.bridge.questions,
    onParked: (it) => services.bridge.parked.keep(it),
    onOver: (it) => services.bridge.parked.drop(it),
  });
  const turn = waitFor(parked, request, options);
  parked.start(
    {
      method: request.method ?? '',
      ...(params && { params }),
      timeoutMs,
      maxTotalMs: longestAskedMs,
    },
    (underWay) => services.attribution.enter(upstream, underWay),
  );
  return answerTurn(services, parked, await turn, options, round);
}

/** The next round of a call that is parked here. */
export async function resumeCall(
  services: ForwardServices,
  request: Envelope,
  options: ForwardOptions,
  round: Round & { readonly kept: Extract<KeptState, { kind: 'parked' }> },
): Promise<Envelope> {
  const parked = services.bridge.parked.find(round.kept.parkId, options.agentId);
  parked.answer(round.kept.round, round.responses);
  const turn = await waitFor(parked, request, options);
  return answerTurn(services, parked, turn, options, round);
}

function waitFor(
  parked: ParkedCall,
  request: Envelope,
  { signal, onMessage, record }: ForwardOptions,
): Promise<Turn> {
  return parked.wait({
    signal,
    onMessage,
    noteAsked: record.noteAsked,
    progressToken: progressTokenOf(request),
  });
}

function answerTurn(
  services: ForwardServices,
  parked: ParkedCall,
  turn: Turn,
  { client, record }: ForwardOptions,
  round: Round | undefined,
): Envelope {
  if (turn.kind === 'answer') {
    const { capabilities } = client;
    const passed = fromLegacyServer(services, round?.subject, turn.answer, capabilities);
    if (passed.methods.length > 0) record.noteInputRequired();
    for (const method of passed.methods) record.noteAsked(method);
    return passed.answer;
  }
  if (!round) throw new Error('a call that cannot ask for input was parked');
  record.noteInputRequired();
  const kept = { kind: 'parked', parkId: parked.id, round: turn.round } as const;
  return askForInput(services, round.subject, turn.requests, kept);
}
