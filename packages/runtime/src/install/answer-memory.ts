import { AppError } from '@plugboard/contracts';

export interface AnswerMemoryOptions<T> {
  /** How much an answer takes of `maxWeight`. */
  readonly weigh: (answer: T) => number;
  /** What does not fit makes the oldest go; what is heavier alone is not kept. */
  readonly maxWeight: number;
  /** How long answers count; five minutes unless told otherwise. */
  readonly keptMs?: number;
  /** Epoch milliseconds. */
  readonly clock?: () => number;
}

export interface AnswerOptions {
  readonly signal: AbortSignal;
  /** Whether what is remembered does not count. */
  readonly fresh?: boolean | undefined;
}

interface Kept<T> {
  readonly answer: { readonly value: T } | { readonly error: AppError };
  readonly weight: number;
  readonly until: number;
}

const defaultKeptMs = 5 * 60_000;
/** Long enough that many who look do not ask what is unreachable each, short enough to mend it. */
const failureKeptMs = 30_000;

/**
 * Remembers answers for some minutes, and failures for half of one. Who asks the same while it is
 * being found out gets the same answer; that goes on when all who asked for it have left.
 */
export class AnswerMemory<T> {
  readonly #options: Required<AnswerMemoryOptions<T>>;
  /** Oldest first. */
  readonly #kept = new Map<string, Kept<T>>();
  readonly #asked = new Map<string, Promise<T>>();
  #weight = 0;

  constructor(options: AnswerMemoryOptions<T>) {
    this.#options = { clock: Date.now, keptMs: defaultKeptMs, ...options };
  }

  /** Rejects as `find` does, and with `cancelled` when the signal aborts. */
  ask(key: string, { signal, fresh = false }: AnswerOptions, find: () => Promise<T>): Promise<T> {
    if (signal.aborted) return Promise.reject(cancelled());
    const kept = this.#kept.get(key);
    if (!fresh && kept && kept.until > this.#options.clock()) {
      const { answer } = kept;
      return 'error' in answer ? Promise.reject(answer.error) : Promise.resolve(answer.value);
    }
    const underWay = fresh ? undefined : this.#asked.get(key);
    return untilAborted(underWay ?? this.#find(key, find), signal);
  }

  async #find(key: string, find: () => Promise<T>): Promise<T> {
    const found = find();
    this.#asked.set(key, found);
    try {
      const value = await found;
      this.#keep(key, { value }, this.#options.weigh(value), this.#options.keptMs);
      return value;
    } catch (error) {
      if (error instanceof AppError) this.#keep(key, { error }, 1, failureKeptMs);
      throw error;
    } finally {
      if (this.#asked.get(key) === found) this.#asked.delete(key);
    }
  }

  #keep(key: string, answer: Kept<T>['answer'], weight: number, forMs: number): void {
    const { maxWeight, clock } = this.#options;
    this.#forget(key);
    if (weight > maxWeight) return;
    this.#kept.set(key, { answer, weight, until: clock() + forMs });
    this.#weight += weight;
    for (const oldest of this.#kept.keys()) {
      if (this.#weight <= maxWeight) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#weight -= this.#kept.get(key)?.weight ?? 0;
    this.#kept.delete(key);
  }
}

async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(cancelled());
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
    promise.catch(() => undefined);
  }
}

function cancelled(): AppError {
  return new AppError('cancelled', 'Asking the registry was cancelled.');
}
