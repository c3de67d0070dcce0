import type { AuditLog, AuditRecord, ChangeRecord } from '@plugboard/gateway';
import type { Kysely, Transaction } from 'kysely';

import type { Connection } from '../../store/pool.ts';
import type { Database } from '../../store/schema.ts';
import type { StoreLog } from '../../store/store-log.ts';
import { appendWithin } from './append-within.ts';
import { Checkpointer } from './checkpoints.ts';
import { GroupCommit } from './group-commit.ts';

export interface AuditServiceOptions {
  readonly db: Kysely<Database>;
  /** As the role that serves requests: the log keeps a connection of its own. */
  readonly connection: Connection;
  readonly dataDir: string;
  /** 32 bytes, derived from the master key for this alone. */
  readonly key: Buffer;
  readonly log: StoreLog;
}

/** What appends to the log; reading it needs no service. */
export interface AuditService extends AuditLog, AsyncDisposable {
  append(organizationId: string, record: AuditRecord): Promise<void>;
  /** Records a change in the change's own transaction. See `appendWithin`. */
  appendWithin(
    tx: Transaction<Database>,
    organizationId: string,
    ...records: readonly ChangeRecord[]
  ): Promise<void>;
  /**
   * Hears of each organization of whose calls this node wrote records, once they are on disk. A
   * listener must not throw. Returns how to stop.
   */
  onAppended(listener: (organizationId: string) => void): () => void;
}

/** Opens the log, signing what a crash left without a mark. Disposing writes what is queued. */
export async function openAuditService(options: AuditServiceOptions): Promise<AuditService> {
  const { connection, log } = options;
  await using opening = new AsyncDisposableStack();
  const checkpointer = opening.use(new Checkpointer(options));
  await checkpointer.catchUp();
  // Disposed first, so that the last checkpoint covers the last record.
  const listeners = new Set<(organizationId: string) => void>();
  const onAppended = (organizationId: string) => {
    checkpointer.mark(organizationId);
    for (const listener of listeners) listener(organizationId);
  };
  const commits = opening.use(new GroupCommit({ connection, log, onAppended }));
  const opened = opening.move();
  return {
    append: (organizationId, record) => commits.append(organizationId, record),
    async appendWithin(tx, organizationId, ...records) {
      await appendWithin(tx, organizationId, ...records);
      checkpointer.mark(organizationId);
    },
    onAppended(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
