/**
 * How a change of a schema moves the set of values that are valid: fewer, more, neither to be told
 * (or both), or not at all.
 */
export type Effect = 'narrows' | 'widens' | 'unclear' | 'none';

/** One difference between two schemas. */
export interface Finding {
  readonly path: string;
  readonly effect: Effect;
  readonly text: string;
}

export function child(path: string, ...keys: readonly string[]): string {
  const steps = keys.map((key) => (/^[\w$-]+$/.test(key) ? key : JSON.stringify(key)));
  return [path, ...steps].filter((step) => step !== '').join('.');
}
