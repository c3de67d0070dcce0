/**
 * Forms that an English word may take in what it is compared with: `sending` for `send`, `query` for
 * `queries`. Many of them are no words; whoever asks looks which of them are known.
 */
export function wordForms(word: string): readonly string[] {
  if (word.length < 3 || /[^a-z]/.test(word)) return [];
  const forms = new Set<string>();
  for (const stem of stemsOf(word)) {
    for (const ending of ['', 's', 'es', 'ed', 'ing', 'er', 'e', 'ion']) forms.add(stem + ending);
    if (stem.endsWith('y')) {
      for (const ending of ['ies', 'ied']) forms.add(stem.slice(0, -1) + ending);
    }
    if (stem.endsWith('e')) {
      for (const ending of ['ing', 'ed', 'er', 'ion']) forms.add(stem.slice(0, -1) + ending);
    }
  }
  forms.delete(word);
  return [...forms].filter((form) => form.length >= 3);
}

function stemsOf(word: string): Set<string> {
  const stems = new Set([word]);
  const add = (stem: string) => {
    if (stem.length >= 3 && /[aeiouy]/.test(stem)) stems.add(stem);
  };
  if (word.endsWith('ies')) add(`${word.slice(0, -3)}y`);
  else if (/(?:s|x|z|ch|sh)es$/.test(word)) add(word.slice(0, -2));
  if (/[^su]s$/.test(word)) add(word.slice(0, -1));
  const [, rest] = /^(.{3,}?)(?:ing|ed|er|ion)$/.exec(word) ?? [];
  if (rest !== undefined) {
    add(rest);
    if (/([^aeiouls])\1$/.test(rest)) add(rest.slice(0, -1));
  }
  return stems;
}
