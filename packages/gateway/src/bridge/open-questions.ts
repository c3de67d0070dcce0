import { type Envelope, lastMember, type Upstream } from '@plugboard/protocol';

/** A server's request that is not answered yet. */
export interface OpenQuestion extends Disposable {
  /** Aborts when the server withdraws it. */
  readonly signal: AbortSignal;
}

/** What servers have asked and not been answered, so that they can withdraw it. */
export interface OpenQuestions {
  /** `id` is the request's as JSON text. Undefined when another one with that id is open. */
  open(upstream: Upstream, id: string): OpenQuestion | undefined;
  /** Withdraws what a server's `notifications/cancelled` names, where it is open. */
  withdraw(upstream: Upstream, cancelled: Envelope): void;
}

export function createOpenQuestions(): OpenQuestions {
  const connections = new WeakMap<Upstream, Map<string, AbortController>>();
  return {
    open(upstream, id) {
      let questions = connections.get(upstream);
      if (!questions) {
        questions = new Map();
        connections.set(upstream, questions);
      }
      if (questions.has(id)) return undefined;
      const controller = new AbortController();
      questions.set(id, controller);
      return {
        signal: controller.signal,
        [Symbol.dispose]: () => void questions.delete(id),
      };
    },
    withdraw(upstream, { bytes, params }) {
      const id = params && lastMember(bytes, params, 'requestId');
      if (id)
        connections
          .get(upstream)
          ?.get(bytes.toString('utf8', id.start, id.end))
          ?.abort();
    },
  };
}
