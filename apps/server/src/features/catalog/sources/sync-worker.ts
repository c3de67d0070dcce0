import { AppError, isAppError } from '@plugboard/contracts';
import { Kysely, PostgresDialect } from 'kysely';

import { createPool, translatingPool } from '../../../store/pool.ts';
import type { Database } from '../../../store/schema.ts';
import { readSource } from './read-source.ts';
import type { SyncAnswer, SyncRequest } from './sync-messages.ts';

/** One batch is written at a time. */
const poolSize = 1;

/** Long enough to roll back and to delete a checkout. */
const endMs = 2000;

const stopping = new AbortController();

function stop(): void {
  stopping.abort(new AppError('cancelled', 'The sync was cancelled.'));
  setTimeout(() => process.exit(1), endMs).unref();
}

process.once('SIGTERM', stop);
// Whoever asked is gone, and its claim will be somebody else's.
process.once('disconnect', stop);
process.once('message', (request: SyncRequest) => void work(request));

async function work({ connection, claimed, ...rest }: SyncRequest): Promise<void> {
  const pool = createPool(connection, poolSize, { debug, info: debug, warn: debug, error: debug });
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool: translatingPool(pool) }),
  });
  let answer: SyncAnswer = { type: 'done' };
  try {
    await readSource({ ...rest, db }, claimed, stopping.signal);
  } catch (error) {
    answer = isAppError(error)
      ? { type: 'failed', code: error.code, message: error.message }
      : { type: 'broken', trace: String(error instanceof Error ? error.stack : error) };
  }
  await db.destroy();
  if (process.connected) process.send?.(answer, () => process.disconnect());
}

/** What a connection has to tell, the query that fails tells too. */
function debug(): void {}
