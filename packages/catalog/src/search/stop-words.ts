const grammar =
  'a about all an and any are as at be by can could do does for from get give has have how hows i in into is it its let lets like me my need of on one or our please should show some tell that the their them there these this to up use using want was we what whats when where which who why will with would you your';

/** Said of every entry of such a catalog, so they tell none from another. */
const field = 'mcp server servers tool tools';

const grammarWords: ReadonlySet<string> = new Set(grammar.split(' '));
const fieldWords: ReadonlySet<string> = new Set(field.split(' '));

/**
 * Leaves out words that say nothing of what is looked for. When nothing would be left, those of the
 * catalog's own field stay, and when there are none of them, all.
 */
export function withoutStopWords(words: readonly string[]): readonly string[] {
  const telling = words.filter((word) => !grammarWords.has(word) && !fieldWords.has(word));
  if (telling.length > 0) return telling;
  const ofField = words.filter((word) => fieldWords.has(word));
  return ofField.length > 0 ? ofField : words;
}

/** Whether search by meaning does without the word. */
export function isStopWord(word: string): boolean {
  return grammarWords.has(word) || fieldWords.has(word);
}
