import type { Kysely } from 'kysely';
import type { Logger } from 'pino';

import type { Database } from '../../../store/schema.ts';
import { withTenant } from '../../../store/tenant.ts';
import type { ConnectionRef } from './access-tokens.ts';
import { addBlockedCalls } from './store-renewal.ts';

const flushMs = 1000;

/** Counts calls that need a sign-in first, and writes the counts once a second at most. */
export class BlockedCalls implements AsyncDisposable {
  readonly #db: Kysely<Database>;
  readonly #log: Logger;
  #counts = new Map<string, { readonly ref: ConnectionRef; count: number }>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(db: Kysely<Database>, log: Logger) {
    this.#db = db;
    this.#log = log;
  }

  add(ref: ConnectionRef): void {
    const counted = this.#counts.get(ref.connectionId) ?? { ref, count: 0 };
    counted.count += 1;
    this.#counts.set(ref.connectionId, counted);
    this.#timer ??= setTimeout(() => void this.#flush(), flushMs).unref();
  }

  #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const counts = this.#counts;
    this.#counts = new Map();
    this.#writing = this.#writing.then(async () => {
      for (const { ref, count } of counts.values()) {
        try {
          await withTenant(this.#db, ref.organizationId, (tx) =>
            addBlockedCalls(tx, ref.connectionId, count),
          );
        } catch (error) {
          this.#log.warn({ err: error }, 'blocked calls could not be counted');
        }
      }
    });
    return this.#writing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#flush();
  }
}
