import { buildResult, type InputRequest, type Upstream } from '@plugboard/protocol';

import type { OpenQuestion, OpenQuestions } from './open-questions.ts';
import { maxQuestionBytes, type Question, refuseQuestion } from './read-question.ts';

const maxOpen = 16;

/** What a server has asked during one call of a modern client, under keys of ours. */
export class PendingQuestions {
  readonly #upstream: Upstream;
  readonly #registry: OpenQuestions;
  readonly #questions = new Map<
    string,
    { readonly question: Question; readonly open: OpenQuestion }
  >();
  #bytes = 0;
  #asked = 0;

  constructor(upstream: Upstream, registry: OpenQuestions) {
    this.#upstream = upstream;
    this.#registry = registry;
  }

  get size(): number {
    return this.#questions.size;
  }

  /** Takes a question, or answers it with an error when too much is asked at once. */
  add(question: Question): void {
    const hasRoom =
      this.#questions.size < maxOpen && this.#bytes + sizeOf(question) <= maxQuestionBytes;
    const open = hasRoom ? this.#registry.open(this.#upstream, question.id) : undefined;
    if (!open) {
      refuseQuestion(this.#upstream, question.id, 'Too much is asked at once.');
      return;
    }
    this.#asked += 1;
    const key = `${question.method}#${this.#asked}`;
    this.#questions.set(key, { question, open });
    this.#bytes += sizeOf(question);
    open.signal.addEventListener('abort', () => this.#close(key));
  }

  requests(): readonly InputRequest[] {
    return [...this.#questions].map(
      ([
        key,
        {
          question: { method, params },
        },
      ]) => ({
        key,
        method,
        params,
      }),
    );
  }

  /** Gives the server the results that are there by their keys; what is no object is no answer. */
  answer(responses: ReadonlyMap<string, Buffer>): void {
    for (const [key, { question }] of this.#questions) {
      const response = responses.get(key);
      if (response?.[0] !== 0x7b) continue;
      this.#close(key);
      this.#upstream.respond(buildResult(question.id, response));
    }
  }

  /** Tells the server that nobody will answer any more. */
  refuseAll(why: string): void {
    for (const [key, { question }] of this.#questions) {
      this.#close(key);
      refuseQuestion(this.#upstream, question.id, why);
    }
  }

  #close(key: string): void {
    const asked = this.#questions.get(key);
    if (!asked) return;
    this.#questions.delete(key);
    this.#bytes -= sizeOf(asked.question);
    asked.open[Symbol.dispose]();
  }
}

function sizeOf({ params }: Question): number {
  return params?.length ?? 0;
}
