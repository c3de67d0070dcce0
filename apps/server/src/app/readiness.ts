import { setTimeout as delay } from 'node:timers/promises';

import { isAppError } from '@plugboard/contracts';
import type { Status } from '@plugboard/contracts/api';
import { type Kysely, sql } from 'kysely';

import type { Database } from '../store/schema.ts';

const patienceMs = 2000;

/** Asks each part whether it works. All but the database live in this process and work as it does. */
export function createReadiness(db: Kysely<Database>): () => Promise<Status['parts']> {
  return async () => {
    const database = await askDatabase(db);
    // The audit log and the vault's sealed keys lie in the database and are away with it.
    const stored = { ready: database.ready, ...(database.detail && { detail: database.detail }) };
    return [
      database,
      { name: 'vault', ...stored },
      { name: 'audit', ...stored },
      { name: 'supervisor', ready: true },
      { name: 'gateway', ready: true },
    ];
  };
}

async function askDatabase(db: Kysely<Database>): Promise<Status['parts'][number]> {
  const patience = new AbortController();
  try {
    const answer = sql`select 1`.execute(db);
    answer.catch(() => undefined);
    const late = await Promise.race([
      answer.then(() => false),
      delay(patienceMs, true, { signal: patience.signal, ref: false }),
    ]);
    if (!late) return { name: 'database', ready: true };
    return { name: 'database', ready: false, detail: `no answer within ${patienceMs} ms` };
  } catch (error) {
    const detail = isAppError(error) ? error.message : 'the database refused a query';
    return { name: 'database', ready: false, detail };
  } finally {
    patience.abort();
  }
}
