import { AppError } from '@plugboard/contracts';
import {
  type Envelope,
  findProgressToken,
  idText,
  type InputRequest,
  missingCapabilityError,
  paramsText,
  type Upstream,
  type UpstreamRequest,
} from '@plugboard/protocol';

import { StateRefused } from '../call/refusal.ts';
import type { CallUnderWay } from '../call/attribution.ts';
import { KeptMessages } from './kept-messages.ts';
import type { OpenQuestions } from './open-questions.ts';
import { PendingQuestions } from './pending-questions.ts';
import { readQuestion, refuseQuestion } from './read-question.ts';
import { withProgressToken } from './with-progress-token.ts';

/** Questions that come so close together, in milliseconds, are asked in one round. */
const gatherMs = 10;
/** The largest answer that waits for a client, in bytes. */
const maxKeptAnswer = 4 * 1024 * 1024;

/** What a round of a call comes to. */
export type Turn =
  | { readonly kind: 'answer'; readonly answer: Envelope }
  | { readonly kind: 'input'; readonly requests: readonly InputRequest[]; readonly round: number };

/** A request of the client that waits for the call. */
export interface Waiter {
  readonly signal: AbortSignal;
  readonly onMessage: (message: Envelope) => void;
  readonly noteAsked: (method: string) => void;
  /** Raw text of the progress token of this request. */
  readonly progressToken: Buffer | undefined;
}

/**
 * A modern client's call of a legacy server. What the server asks on the way ends the client's request
 * with `input_required`, and the call goes on here without it until the client comes back with answers.
 */
export class ParkedCall implements CallUnderWay, Disposable {
  readonly id: string;
  readonly agentId: string;
  readonly clientKey: string;
  readonly #upstream: Upstream;
  readonly #capabilities: Readonly<Record<string, unknown>>;
  readonly #canPark: boolean;
  readonly #registry: OpenQuestions;
  readonly #onParked: (call: ParkedCall) => void;
  readonly #onOver: (call: ParkedCall) => void;
  readonly #controller = new AbortController();
  readonly #questions: PendingQuestions;
  readonly #kept = new KeptMessages();
  #round = 0;
  #outcome: { readonly answer: Envelope } | { readonly error: unknown } | undefined;
  #waiter: (Waiter & { settle: (turn: Turn) => void; fail: (error: unknown) => void }) | undefined;
  #gathering: NodeJS.Timeout | undefined;

  constructor(fields: {
    readonly id: string;
    readonly agentId: string;
    readonly clientKey: string;
    readonly upstream: Upstream;
    readonly capabilities: Readonly<Record<string, unknown>>;
    /** False for methods whose results cannot ask for input: then every question is refused. */
    readonly canPark: boolean;
    readonly registry: OpenQuestions;
    /** Called before the client is asked to come back; what it throws ends the call. */
    readonly onParked: (call: ParkedCall) => void;
    /** Called when the client has been told how the call ended, or it was given up. */
    readonly onOver: (call: ParkedCall) => void;
  }) {
    this.id = fields.id;
    this.agentId = fields.agentId;
    this.clientKey = fields.clientKey;
    this.#upstream = fields.upstream;
    this.#capabilities = fields.capabilities;
    this.#canPark = fields.canPark;
    this.#registry = fields.registry;
    this.#questions = new PendingQuestions(fields.upstream, fields.registry);
    this.#onParked = fields.onParked;
    this.#onOver = fields.onOver;
  }

  readonly isParked = (): boolean => this.#waiter === undefined;

  /** Sends the call; `enter` notes it as under way meanwhile. */
  start(request: UpstreamRequest, enter: (call: CallUnderWay) => Disposable): void {
    void this.#run(request, enter);
  }

  /** Waits for what comes first, the answer or questions. Aborting the waiter's signal ends the call. */
  wait(waiter: Waiter): Promise<Turn> {
    const { promise, resolve, reject } = Promise.withResolvers<Turn>();
    const onAbort = (): void => this.#end(new AppError('cancelled', 'The call was cancelled.'));
    const release = (): void => {
      this.#waiter = undefined;
      clearTimeout(this.#gathering);
      this.#gathering = undefined;
      waiter.signal.removeEventListener('abort', onAbort);
    };
    this.#waiter = {
      ...waiter,
      settle(turn) {
        release();
        resolve(turn);
      },
      fail(error) {
        release();
        reject(error);
      },
    };
    waiter.signal.addEventListener('abort', onAbort);
    if (waiter.signal.aborted) onAbort();
    for (const message of this.#kept.takeAll()) this.#show(message);
    this.#tell();
    return promise;
  }

  /**
   * Takes the client's answers to a round. Throws `StateRefused` when that round was answered before.
   * What is not answered will be asked again.
   */
  answer(round: number, responses: ReadonlyMap<string, Buffer>): void {
    if (this.#waiter || round !== this.#round) {
      throw new StateRefused(
        'state_invalid',
        'requestState was used before: each answers one round of a call, once.',
      );
    }
    // From here on this round is answered, whatever comes of it.
    this.#round += 1;
    this.#questions.answer(responses);
  }

  /** Gives the call up, upstream as well. */
  [Symbol.dispose](): void {
    this.#end(new AppError('cancelled', 'Nobody came back for the call.'));
  }

  readonly onMessage = (message: Envelope): void => {
    if (message.method === 'notifications/cancelled') {
      this.#registry.withdraw(this.#upstream, message);
    } else if (this.#waiter) {
      this.#show(message);
    } else {
      this.#kept.add(message);
    }
  };

  readonly onRequest = (message: Envelope): void => {
    if (this.#outcome || !this.#canPark) {
      const why = this.#outcome ? 'The call is over.' : 'Nobody can be asked during this request.';
      refuseQuestion(this.#upstream, idText(message) ?? 'null', why);
      return;
    }
    const read = readQuestion(message, this.#capabilities);
    if (read.kind !== 'asked') {
      this.#upstream.respond(read.answer);
      if (read.kind === 'missing') this.#end(missingCapabilityError(read.required));
      return;
    }
    this.#questions.add(read.question);
    this.#tell();
  };

  /** Whether the server waits for the client, not the client for the server. */
  readonly isHeldUp = (): boolean => this.#questions.size > 0;

  async #run(request: UpstreamRequest, enter: (call: CallUnderWay) => Disposable): Promise<void> {
    try {
      using _underWay = enter(this);
      const answer = await this.#upstream.request({
        ...request,
        signal: this.#controller.signal,
        onMessage: this.onMessage,
        onRequest: this.onRequest,
        isHeldUp: this.isHeldUp,
      });
      this.#outcome ??=
        this.#waiter || answer.bytes.length <= maxKeptAnswer ? { answer } : { error: tooLarge() };
    } catch (error) {
      this.#outcome ??= { error };
    }
    this.#questions.refuseAll('The call is over.');
    this.#tell();
  }

  #end(error: unknown): void {
    this.#outcome ??= { error };
    this.#questions.refuseAll('The call is over.');
    this.#controller.abort();
    this.#tell();
  }

  /** Lets a waiter know what there is to know, questions as soon as no more seem to come. */
  #tell(): void {
    if (!this.#waiter) return;
    if (this.#outcome) this.#onOver(this);
    if (this.#outcome && 'answer' in this.#outcome) {
      this.#waiter.settle({ kind: 'answer', answer: this.#outcome.answer });
    } else if (this.#outcome) {
      this.#waiter.fail(this.#outcome.error);
    } else if (this.#questions.size > 0) {
      this.#gathering ??= setTimeout(() => this.#park(), gatherMs);
    }
  }

  #park(): void {
    this.#gathering = undefined;
    if (!this.#waiter || this.#questions.size === 0) return;
    try {
      this.#onParked(this);
    } catch (error) {
      this.#end(error);
      return;
    }
    const requests = this.#questions.requests();
    for (const { method } of requests) this.#waiter.noteAsked(method);
    this.#waiter.settle({ kind: 'input', requests, round: this.#round });
  }

  #show(message: Envelope): void {
    const shown = this.#waiter && withProgressToken(message, this.#waiter.progressToken);
    if (shown) this.#waiter?.onMessage(shown);
  }
}

function tooLarge(): AppError {
  return new AppError(
    'payload_too_large',
    `The server answered while its question was open, with more than the ${maxKeptAnswer} bytes that wait for a client.`,
  );
}

/** The progress token of a request, as raw text. */
export function progressTokenOf(request: Envelope): Buffer | undefined {
  const params = paramsText(request);
  const range = params && findProgressToken(params);
  return range && Buffer.from(params.subarray(range.start, range.end));
}
