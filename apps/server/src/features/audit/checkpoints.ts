import type { Kysely, Transaction } from 'kysely';

import type { Database } from '../../store/schema.ts';
import type { StoreLog } from '../../store/store-log.ts';
import { listOrganizationIds, withTenant } from '../../store/tenant.ts';
import { readCheckpointFile, writeCheckpointFile } from './checkpoint-file.ts';
import { signCheckpoint } from './checkpoint-signature.ts';

export interface CheckpointOptions {
  readonly db: Kysely<Database>;
  readonly dataDir: string;
  /** 32 bytes, derived from the master key for this alone. */
  readonly key: Buffer;
  readonly log: StoreLog;
  readonly intervalMs?: number;
}

const defaultIntervalMs = 1000;
/** For how many intervals a chain is looked at after it was marked: its transaction may be slow. */
const looks = 30;

/**
 * Signs how far each chain has come, about once a second while records arrive and once at the end,
 * and keeps the mark in the database and the newest of each organization in the data directory.
 */
export class Checkpointer implements AsyncDisposable {
  readonly #options: CheckpointOptions;
  readonly #looksLeft = new Map<string, number>();
  readonly #signed = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #working: Promise<void> | undefined;

  constructor(options: CheckpointOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      this.#working ??= this.#visitMarked().finally(() => {
        this.#working = undefined;
      });
    }, options.intervalMs ?? defaultIntervalMs);
    this.#timer.unref();
  }

  /** Says that an organization's chain grew, or will when a transaction commits. */
  mark(organizationId: string): void {
    this.#looksLeft.set(organizationId, looks);
  }

  /** Signs every chain that has records without a mark, as after a crash. */
  async catchUp(): Promise<void> {
    for (const id of await listOrganizationIds(this.#options.db)) await this.#visit(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#working;
    await this.#visitMarked();
  }

  async #visitMarked(): Promise<void> {
    for (const [organizationId, left] of this.#looksLeft) {
      if (left > 1) this.#looksLeft.set(organizationId, left - 1);
      else this.#looksLeft.delete(organizationId);
      try {
        await this.#visit(organizationId);
      } catch (error) {
        this.mark(organizationId);
        this.#options.log.warn({ error, organizationId }, 'an audit checkpoint was not written');
      }
    }
  }

  async #visit(organizationId: string): Promise<void> {
    const { db, dataDir, key, log } = this.#options;
    const signed = this.#signed.get(organizationId) ?? 0;
    const kept = await readCheckpointFile(dataDir, organizationId);
    const checkpoint = await withTenant(db, organizationId, async (tx) => {
      const head = await tx.selectFrom('audit_heads').select(['seq', 'hash']).executeTakeFirst();
      if (head === undefined || head.seq <= signed) return undefined;
      if (!(await continues(tx, kept))) return 'broken';
      if (kept && kept !== 'unreadable' && kept.seq === head.seq) return undefined;
      const mac = signCheckpoint(key, organizationId, head);
      await tx
        .insertInto('audit_checkpoints')
        .values({ organization_id: organizationId, ...head, mac })
        // Another node may have signed the same head.
        .onConflict((conflict) => conflict.constraint('audit_checkpoints_pk').doNothing())
        .execute();
      return { ...head, mac };
    });
    if (checkpoint === 'broken') {
      // Signing it would put a new mark over the one that shows what was done.
      this.#looksLeft.delete(organizationId);
      log.error(
        { organizationId },
        'the audit log contradicts its last checkpoint and is not signed any more: run "plugboard audit verify"',
      );
    } else if (checkpoint !== undefined) {
      await writeCheckpointFile(dataDir, organizationId, checkpoint);
      this.#signed.set(organizationId, checkpoint.seq);
    }
  }
}

/** Whether the chain still has the record that the mark outside of the database is of. */
async function continues(
  tx: Transaction<Database>,
  kept: Awaited<ReturnType<typeof readCheckpointFile>>,
): Promise<boolean> {
  if (kept === undefined) return true;
  if (kept === 'unreadable') return false;
  const row = await tx
    .selectFrom('audit_records')
    .select('hash')
    .where('seq', '=', kept.seq)
    .executeTakeFirst();
  return row?.hash.equals(kept.hash) ?? false;
}
