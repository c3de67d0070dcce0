const mostKept = 1_000;

/** Gives an answer again for a while; who asks meanwhile waits for the same one. Failures are not kept. */
export class Remembered<T> {
  readonly #clock: () => number;
  readonly #freshMs: number;
  readonly #kept = new Map<string, { readonly until: number; readonly answer: Promise<T> }>();

  constructor(clock: () => number, freshMs: number) {
    this.#clock = clock;
    this.#freshMs = freshMs;
  }

  get(key: string, find: () => Promise<T>): Promise<T> {
    const now = this.#clock();
    const kept = this.#kept.get(key);
    if (kept && kept.until > now) return kept.answer;
    this.#forgetOld(now);
    const entry = { until: now + this.#freshMs, answer: find() };
    this.#kept.set(key, entry);
    entry.answer.catch(() => {
      if (this.#kept.get(key) === entry) this.#kept.delete(key);
    });
    return entry.answer;
  }

  /** Forgets what is kept under keys that begin so. */
  forget(prefix: string): void {
    for (const key of this.#kept.keys()) if (key.startsWith(prefix)) this.#kept.delete(key);
  }

  #forgetOld(now: number): void {
    for (const [key, { until }] of this.#kept) {
      if (until <= now || this.#kept.size >= mostKept) this.#kept.delete(key);
    }
  }
}
