import type { Secret } from '@plugboard/vault';

import { FormMatcher, isBreak } from './form-matcher.ts';
import { formsOfSecrets } from './secret-forms.ts';

/** Replaces every known form of a start's secrets in a text. */
export type Redact = (text: string) => string;

const placeholder = '[secret]';

/** Knows the forms of `formsOfSecrets`, also where line breaks part them. */
export function createRedactor(secrets: Iterable<Secret>): Redact {
  const forms = formsOfSecrets(secrets);
  if (forms.size === 0) return (text) => text;
  const matcher = new FormMatcher(forms);
  return (text) => {
    const state = matcher.start();
    const covered = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at += 1) {
      matcher.step(state, text.charCodeAt(at));
      if (state.matched > 0) cover(text, covered, at, state.matched);
    }
    return withoutCovered(text, covered);
  };
}

/** Marks so many characters up to and with `end`, passing over line breaks. */
function cover(text: string, covered: Uint8Array, end: number, length: number): void {
  let left = length;
  for (let at = end; at >= 0 && left > 0; at -= 1) {
    if (isBreak(text.charCodeAt(at))) continue;
    covered[at] = 1;
    left -= 1;
  }
}

/** Each stretch that is covered becomes one placeholder. */
export function withoutCovered(text: string, covered: Uint8Array): string {
  let result = '';
  let from = 0;
  for (let at = covered.indexOf(1); at !== -1; at = covered.indexOf(1, from)) {
    result += text.slice(from, at) + placeholder;
    const end = covered.indexOf(0, at);
    from = end === -1 ? text.length : end;
  }
  return result + text.slice(from);
}
