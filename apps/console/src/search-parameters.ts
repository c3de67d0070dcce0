/** What a URL says after `?`, as the router reads it. */
type Raw = Readonly<Record<string, unknown>>;

/** A text, unless it is empty. */
export function text(raw: Raw, name: string): string | undefined {
  const value = raw[name];
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** One of some words; undefined for any other. */
export function oneOf<Word extends string>(
  raw: Raw,
  name: string,
  words: readonly Word[],
): Word | undefined {
  return words.find((word) => word === raw[name]);
}

/** Whether it is said. */
export function flag(raw: Raw, name: string): true | undefined {
  return raw[name] === true || raw[name] === 'true' || raw[name] === 1 ? true : undefined;
}

/** A whole number from 1 on. */
export function number(raw: Raw, name: string): number | undefined {
  const value = Number(raw[name]);
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
