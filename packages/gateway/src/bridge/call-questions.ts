import { isAppError } from '@plugboard/contracts';
import { type Envelope, type Upstream, withId } from '@plugboard/protocol';

import type { CallClient } from '../call/call-client.ts';
import type { CallRecord } from '../call/call-record.ts';
import type { OpenQuestion, OpenQuestions } from './open-questions.ts';
import { type Question, readQuestion, refuseQuestion } from './read-question.ts';

/** The longest that a call may take which a person is asked something during, in milliseconds. */
export const longestAskedMs = 60 * 60_000;

/** A server that asks more than this during one call is not served: each answer lengthens the call. */
const maxQuestions = 100;
const maxOpen = 16;

/**
 * What a legacy server asks a legacy client while it carries out one call: passed on as it is, once the
 * call is on record, and answered under the server's own id.
 */
export class CallQuestions implements Disposable {
  readonly #upstream: Upstream;
  readonly #client: CallClient;
  readonly #record: Pick<CallRecord, 'recorded' | 'noteAsked'>;
  readonly #registry: OpenQuestions;
  readonly #onError: (error: unknown) => void;
  readonly #ended = new AbortController();
  #open = 0;
  #asked = 0;

  constructor(fields: {
    readonly upstream: Upstream;
    readonly client: CallClient;
    readonly record: Pick<CallRecord, 'recorded' | 'noteAsked'>;
    readonly registry: OpenQuestions;
    /** Hears failures that the server is told of, but not why. */
    readonly onError: (error: unknown) => void;
  }) {
    this.#upstream = fields.upstream;
    this.#client = fields.client;
    this.#record = fields.record;
    this.#registry = fields.registry;
    this.#onError = fields.onError;
  }

  /** Whether the server waits for the client, not the client for the server. */
  readonly isHeldUp = (): boolean => this.#open > 0;

  readonly hear = (message: Envelope): void => {
    const read = readQuestion(message, this.#client.capabilities);
    if (read.kind !== 'asked') {
      this.#upstream.respond(read.answer);
      return;
    }
    const { question } = read;
    this.#asked += 1;
    if (this.#asked > maxQuestions || this.#open >= maxOpen) {
      refuseQuestion(
        this.#upstream,
        question.id,
        'This is more than one call may ask of a client.',
      );
      return;
    }
    void this.#ask(question);
  };

  /** What is still open is void: the server has answered, or nobody waits for it any more. */
  [Symbol.dispose](): void {
    this.#ended.abort();
  }

  async #ask(question: Question): Promise<void> {
    const { id, method, params } = question;
    const { ask } = this.#client;
    using open = this.#registry.open(this.#upstream, id);
    if (!open || !ask) {
      refuseQuestion(this.#upstream, id, ask ? 'This id is in use.' : 'Nobody can be asked.');
      return;
    }
    this.#open += 1;
    const signal = AbortSignal.any([open.signal, this.#ended.signal]);
    try {
      await this.#record.recorded();
      this.#record.noteAsked(method);
      if (!signal.aborted) {
        const answer = await ask({ method, params, signal });
        if (!signal.aborted) {
          this.#upstream.respond(Buffer.concat(withId(answer, id)));
          return;
        }
      }
      this.#giveUp(question, open);
    } catch (error) {
      if (!isAppError(error)) this.#onError(error);
      this.#giveUp(question, open, error);
    } finally {
      this.#open -= 1;
    }
  }

  /** A server that withdrew its request expects no answer. */
  #giveUp({ id }: Question, open: OpenQuestion, error?: unknown): void {
    if (open.signal.aborted) return;
    const why = isAppError(error) ? error.message : 'The client could not be asked.';
    refuseQuestion(this.#upstream, id, this.#ended.signal.aborted ? 'The call is over.' : why);
  }
}
