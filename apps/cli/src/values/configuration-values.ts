import { parseNamedValues } from './named-values.ts';

/** Reads `key=value` of `--set`; a key that is given more than once means a list. */
export function parseValues(given: readonly string[]): Record<string, string | string[]> {
  const values = new Map<string, string | string[]>();
  for (const pair of given) {
    for (const [key, value] of Object.entries(parseNamedValues('--set', [pair]))) {
      const before = values.get(key);
      values.set(key, before === undefined ? value : [...[before].flat(), value]);
    }
  }
  return Object.fromEntries(values);
}
