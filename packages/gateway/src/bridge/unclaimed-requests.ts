import {
  buildError,
  buildResult,
  type Envelope,
  idText,
  rpcCodes,
  type Upstream,
} from '@plugboard/protocol';

import type { Attribution } from '../call/attribution.ts';
import type { UpstreamPlace, Upstreams } from '../ports.ts';
import { refuseQuestion } from './read-question.ts';

/** How long a server's request waits for the next call of the client whose connection it is. */
const patienceMs = 30_000;
/** So many wait on one connection. */
const maxWaiting = 16;

/**
 * Servers' requests that belong to no call's stream: they go to the client whose calls are under way,
 * where that is one. Any doubt is answered with an error, for the wrong client must never be asked.
 */
export function createUnclaimedRequests({
  upstreams,
  attribution,
  onError,
}: {
  readonly upstreams: Upstreams;
  readonly attribution: Attribution;
  readonly onError: (error: unknown) => void;
}): (upstream: Upstream, message: Envelope, from: UpstreamPlace) => void {
  const noted = new WeakSet<Upstream>();
  const waiting = new WeakMap<Upstream, number>();

  function note(upstream: Upstream, { organizationId, instanceId, ownKey }: UpstreamPlace): void {
    if (ownKey !== undefined || noted.has(upstream)) return;
    noted.add(upstream);
    upstreams.noteAsking(organizationId, instanceId).catch(onError);
  }

  function waitForCall(upstream: Upstream, message: Envelope): void {
    const id = idText(message) ?? 'null';
    const count = waiting.get(upstream) ?? 0;
    if (count >= maxWaiting) {
      refuseQuestion(upstream, id, 'Too much is asked while no call is under way.');
      return;
    }
    waiting.set(upstream, count + 1);
    const done = (): void => void waiting.set(upstream, (waiting.get(upstream) ?? 1) - 1);
    const coming = attribution.onNextCall(upstream, (call) => {
      clearTimeout(timer);
      done();
      if (call.onRequest) call.onRequest(message);
      else upstream.respond(nobodyServes(id, 'The client of the next call can be asked nothing.'));
    });
    const timer = setTimeout(() => {
      coming[Symbol.dispose]();
      done();
      refuseQuestion(upstream, id, 'The client has made no call to be asked during.');
    }, patienceMs).unref();
  }

  return (upstream, message, from) => {
    const id = idText(message) ?? 'null';
    const owner = attribution.ownerOf(upstream);
    if (owner.kind === 'nobody' && from.ownKey !== undefined) {
      waitForCall(upstream, message);
      return;
    }
    if (owner.kind === 'nobody' && message.method === 'roots/list') {
      upstream.respond(buildResult(id, '{"roots":[]}'));
      return;
    }
    note(upstream, from);
    if (owner.kind === 'client' && owner.call.onRequest) owner.call.onRequest(message);
    else if (owner.kind === 'client') {
      upstream.respond(
        nobodyServes(id, 'The client whose call is under way can be asked nothing.'),
      );
    } else if (owner.kind === 'several') {
      refuseQuestion(
        upstream,
        id,
        'Calls of several clients are under way, and nobody can tell whom this is for.',
      );
    } else refuseQuestion(upstream, id, 'No call is under way whose client could be asked.');
  };
}

/** The same answer as that of a client which does not know the method. */
function nobodyServes(id: string, why: string): Buffer {
  return buildError(id, rpcCodes.methodNotFound, why);
}
