import { setTimeout as delay } from 'node:timers/promises';

import { AppError, isAppError } from '@plugboard/contracts';
import type { AuditLog, AuditRecord } from '@plugboard/gateway';
import { DatabaseError } from 'pg';

import { databaseUnavailable, translateDatabaseError } from '../../store/database-errors.ts';
import type { Connection } from '../../store/pool.ts';
import type { StoreLog } from '../../store/store-log.ts';
import { type AuditConnection, openAuditConnection } from './audit-connection.ts';
import { groupByOrganization, type Pending, takeBatch } from './audit-queue.ts';
import { encodeRecord } from './audit-row.ts';

export interface GroupCommitOptions {
  readonly connection: Connection;
  readonly log: StoreLog;
  /** Hears of each organization whose chain grew. */
  readonly onAppended?: (organizationId: string) => void;
  /** Records that may wait at once; 20,000 unless told otherwise. */
  readonly queueLimit?: number;
}

const defaultQueueLimit = 20_000;
/** A database that restarts is back within this; nobody need hear of it. */
const patienceMs = 1000;
const reconnectMs = 50;
/** Turns of the event loop that a flush may wait for more records. */
const mostTurns = 4;

/**
 * Writes records of all callers together: while one flush is on its way to the disk the next
 * gathers. A record resolves when its flush has committed, and rejects when that failed or when it
 * is not known whether it did.
 */
export class GroupCommit implements AuditLog, AsyncDisposable {
  readonly #options: GroupCommitOptions;
  readonly #queueLimit: number;
  readonly #queue: Pending[] = [];
  #connection: AuditConnection | undefined;
  #downSince: number | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#queueLimit = options.queueLimit ?? defaultQueueLimit;
  }

  append(organizationId: string, record: AuditRecord): Promise<void> {
    if (this.#closed) return Promise.reject(stopping());
    if (this.#queue.length >= this.#queueLimit) return Promise.reject(overloaded());
    return new Promise((resolve, reject) => {
      this.#queue.push({ organizationId, row: encodeRecord(record), resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Writes what is queued, then closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#running;
    await this.#connection?.end();
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      await this.#gather();
      const connection = await this.#connected();
      if (connection) await this.#flush(connection, takeBatch(this.#queue));
    }
    this.#running = undefined;
  }

  /**
   * Whoever is about to append comes along, since most of a flush's cost does not depend on its
   * size: waits as long as each turn of the event loop brings more. Turns that bring nothing are
   * short, so a process with little to do loses next to nothing.
   */
  async #gather(): Promise<void> {
    for (let turns = 0; turns < mostTurns; turns += 1) {
      const before = this.#queue.length;
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#queue.length === before) return;
    }
  }

  async #connected(): Promise<AuditConnection | undefined> {
    if (this.#connection?.usable) return this.#connection;
    try {
      await this.#connection?.end();
      this.#connection = await openAuditConnection(this.#options.connection);
      this.#downSince = undefined;
      return this.#connection;
    } catch (error) {
      this.#connection = undefined;
      this.#downSince ??= performance.now();
      const away = performance.now() - this.#downSince;
      if (this.#closed || away > patienceMs) {
        const failure = asUnavailable(error);
        for (const { reject } of this.#queue.splice(0)) reject(failure);
      }
      await delay(reconnectMs);
      return undefined;
    }
  }

  async #flush(connection: AuditConnection, batch: readonly Pending[]): Promise<void> {
    const groups = groupByOrganization(batch);
    try {
      await connection.append(groups);
    } catch (error) {
      await this.#settleFailure(connection, batch, error);
      return;
    }
    for (const { resolve } of batch) resolve();
    for (const { organizationId } of groups) this.#options.onAppended?.(organizationId);
  }

  /**
   * A refusal by the database means that nothing of the flush was written, so when it is about the
   * records and not about the database's state, the halves are tried apart until only the record at
   * fault fails. After anything else nobody knows what was written, and all must fail.
   */
  async #settleFailure(
    connection: AuditConnection,
    batch: readonly Pending[],
    error: unknown,
  ): Promise<void> {
    const refused = error instanceof DatabaseError && !isAppError(translateDatabaseError(error));
    if (refused && batch.length > 1 && connection.usable) {
      const middle = batch.length >> 1;
      await this.#flush(connection, batch.slice(0, middle));
      await this.#flush(connection, batch.slice(middle));
      return;
    }
    this.#options.log.error({ error, records: batch.length }, 'audit records were not written');
    // After a time-out the connection is still busy with the old flush.
    if (!(error instanceof DatabaseError)) await connection.end();
    const failure = asUnavailable(error);
    for (const { reject } of batch) reject(failure);
  }
}

function asUnavailable(cause: unknown): AppError {
  const translated = translateDatabaseError(cause);
  if (isAppError(translated, 'unavailable')) return translated;
  return new AppError(
    'unavailable',
    isAppError(translated) ? translated.message : databaseUnavailable(cause).message,
    { cause, retryAfterMs: isAppError(translated) ? (translated.retryAfterMs ?? 1000) : 1000 },
  );
}

function overloaded(): AppError {
  return new AppError(
    'unavailable',
    'More calls wait for the audit log than it can hold. Try again in a moment.',
    { retryAfterMs: 1000 },
  );
}

function stopping(): AppError {
  return new AppError('unavailable', 'Plugboard is stopping.', { retryAfterMs: 5000 });
}
