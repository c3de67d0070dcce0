import { foldText } from './fold.ts';

/** Letters of a word beyond this number are not told apart. */
export const maxWordLength = 40;

const wordPattern = /[\p{L}\p{N}]+(?:\+\+|#)?/gu;
const camelBoundary = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;
const wordsWithoutSpaces = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/**
 * The words of a sentence or title, in order. A name in mixed case, such as `GitHub`, is one word. A
 * letter before a hyphen belongs to what follows: `e-mail` is `email`.
 */
export function proseWords(text: string): string[] {
  const plain = text
    .normalize('NFKC')
    .replaceAll(/(?<=\p{L})['’]s?(?![\p{L}])/gu, '')
    .replaceAll(/(?<![\p{L}\p{N}])(\p{L})[-‐‑](?=\p{L}{2})/gu, '$1');
  return [...plain.matchAll(wordPattern)].flatMap(([word]) => cut(foldText(word)));
}

/** The words of a name that a program gave: `sendEmail`, `send_email` and `send-email` are alike. */
export function identifierWords(name: string): string[] {
  return [...name.normalize('NFKC').matchAll(wordPattern)].flatMap(([part]) =>
    part.split(camelBoundary).flatMap((word) => cut(foldText(word))),
  );
}

/** Neighbours written as one, for whoever leaves out the space: `brave search` → `bravesearch`. */
export function joinedWords(words: readonly string[]): string[] {
  return words
    .slice(1)
    .map((word, index) => `${words[index] ?? ''}${word}`)
    .filter((word) => word.length <= 24);
}

/** Scripts that write no spaces are searched by pairs of their characters. */
function cut(word: string): string[] {
  if (!wordsWithoutSpaces.test(word)) return [Array.from(word).slice(0, maxWordLength).join('')];
  const letters = Array.from(word);
  if (letters.length < 3) return [word];
  return letters.slice(1).map((letter, index) => `${letters[index] ?? ''}${letter}`);
}
