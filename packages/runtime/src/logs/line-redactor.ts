import type { Secret } from '@plugboard/vault';

import { FormMatcher, isBreak, type MatchState } from './form-matcher.ts';
import { withoutCovered } from './redact.ts';
import { formsOfSecrets } from './secret-forms.ts';

interface HeldLine {
  readonly text: string;
  readonly covered: Uint8Array;
}

/** A line that may be the beginning of a secret waits so long for what goes on with it. */
const patienceMs = 500;
/** More than this, in characters, does not wait. */
const maxHeld = 2 ** 20;

/**
 * Redacts what comes line by line, secrets that go on in the next line or piece of a line too. Lines
 * are handed on in order, at once unless they end in what may be the beginning of a secret.
 */
export class LineRedactor implements Disposable {
  readonly #matcher: FormMatcher | undefined;
  readonly #state: MatchState | undefined;
  readonly #emit: (line: string) => void;
  #held: HeldLine[] = [];
  #heldCharacters = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(secrets: Iterable<Secret>, emit: (line: string) => void) {
    const forms = formsOfSecrets(secrets);
    this.#emit = emit;
    if (forms.size === 0) return;
    this.#matcher = new FormMatcher(forms);
    this.#state = this.#matcher.start();
  }

  push(text: string): void {
    const matcher = this.#matcher;
    const state = this.#state;
    if (matcher === undefined || state === undefined) {
      this.#emit(text);
      return;
    }
    const line = { text, covered: new Uint8Array(text.length) };
    this.#held.push(line);
    this.#heldCharacters += text.length;
    for (let at = 0; at < text.length; at += 1) {
      matcher.step(state, text.charCodeAt(at));
      if (state.matched > 0) this.#cover(at, state.matched);
    }
    this.#handOn(this.#heldCharacters > maxHeld ? 0 : state.pending);
  }

  /** Hands on what waits. */
  flush(): void {
    this.#handOn(0);
  }

  [Symbol.dispose](): void {
    this.flush();
  }

  /** Marks so many characters up to and with `end` of the last line, in the lines before it too. */
  #cover(end: number, length: number): void {
    let left = length;
    for (let index = this.#held.length - 1; index >= 0 && left > 0; index -= 1) {
      const { text, covered } = this.#held[index]!;
      const last = index === this.#held.length - 1 ? end : text.length - 1;
      for (let at = last; at >= 0 && left > 0; at -= 1) {
        if (isBreak(text.charCodeAt(at))) continue;
        covered[at] = 1;
        left -= 1;
      }
    }
  }

  /** Hands on the lines that none of the last `pending` characters is in. */
  #handOn(pending: number): void {
    clearTimeout(this.#timer);
    let kept = this.#held.length;
    for (let left = pending; kept > 0 && left > 0; kept -= 1) {
      left -= this.#held[kept - 1]!.text.length;
    }
    for (const { text, covered } of this.#held.splice(0, kept)) {
      this.#heldCharacters -= text.length;
      this.#emit(withoutCovered(text, covered));
    }
    if (this.#held.length > 0) this.#timer = setTimeout(() => this.flush(), patienceMs).unref();
  }
}
