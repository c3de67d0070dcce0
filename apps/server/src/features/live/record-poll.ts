import { setTimeout as delay } from 'node:timers/promises';

import type { Kysely } from 'kysely';

import type { Database } from '../../store/schema.ts';
import type { StoreLog } from '../../store/store-log.ts';
import { withTenant } from '../../store/tenant.ts';
import type { TenantDb } from '../tenant-db.ts';
import { changeOfRecord, type LiveChange } from './change-events.ts';
import { type OwnedCall, presentCalls } from './present-call.ts';

/** What is new in the log of one organization. */
export interface NewRecords {
  /** Oldest first. */
  readonly calls: readonly OwnedCall[];
  readonly changes: readonly LiveChange[];
  /** Whether there was more than is read at once. */
  readonly missed: boolean;
}

export interface RecordPollOptions {
  readonly db: Kysely<Database>;
  readonly log: StoreLog;
  readonly organizationId: string;
  readonly onNew: (records: NewRecords) => void;
}

/** How long to wait for records of other nodes. */
const intervalMs = 500;
/** However many records this node writes, so long lies between two looks. */
const leastMs = 100;
/** How many records are read at once; of more the newest. */
const mostRecords = 100;

/**
 * Looks for what is new in an organization's log from when it is made until it is disposed of: at
 * once when told that something is, and else twice a second. The path of calls knows nothing of it.
 */
export class RecordPoll implements AsyncDisposable {
  readonly #options: RecordPollOptions;
  readonly #stopping = new AbortController();
  readonly #first = Promise.withResolvers<void>();
  readonly #running: Promise<void>;
  #wake = Promise.withResolvers<void>();
  #last: number | undefined;
  #lost = false;

  constructor(options: RecordPollOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Resolves when it is known from where on records are new, or when that could not be found out. */
  get ready(): Promise<void> {
    return this.#first.promise;
  }

  /** Says that there is something new. */
  hurry(): void {
    this.#wake.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#look();
      this.#first.resolve();
      await pause(leastMs, signal);
      await Promise.race([this.#wake.promise, pause(intervalMs - leastMs, signal)]);
      this.#wake = Promise.withResolvers();
    }
  }

  async #look(): Promise<void> {
    const { db, log, organizationId, onNew } = this.#options;
    try {
      const found = await withTenant(db, organizationId, (tx) => this.#read(tx));
      if (this.#stopping.signal.aborted) return;
      const missed = found.missed || this.#lost;
      this.#lost = false;
      if (missed || found.calls.length > 0 || found.changes.length > 0) onNew({ ...found, missed });
    } catch (error) {
      this.#lost = true;
      log.debug({ error, organizationId }, 'new audit records could not be read');
    }
  }

  async #read(tx: TenantDb): Promise<NewRecords> {
    if (this.#last === undefined) {
      const head = await tx.selectFrom('audit_heads').select('seq').executeTakeFirst();
      this.#last = head?.seq ?? 0;
      return nothing;
    }
    const rows = await tx
      .selectFrom('audit_records')
      .where('seq', '>', this.#last)
      .where('kind', '<>', 'call.intent')
      .orderBy('seq', 'desc')
      .limit(mostRecords + 1)
      .select(['seq', 'kind', 'agent_id', 'instance_id', 'record'])
      .execute();
    const newest = rows[0];
    if (!newest) return nothing;
    const read = rows.slice(0, mostRecords).toReversed();
    const calls = await presentCalls(
      tx,
      read.filter(({ kind }) => kind === 'call.outcome'),
    );
    this.#last = newest.seq;
    return {
      calls,
      changes: read.flatMap(
        ({ kind, agent_id: agentId, instance_id: instanceId }) =>
          changeOfRecord({ kind, agentId, instanceId }) ?? [],
      ),
      missed: rows.length > mostRecords,
    };
  }
}

const nothing: NewRecords = { calls: [], changes: [], missed: false };

/** Resolves early when it is to stop. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
