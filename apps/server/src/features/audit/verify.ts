import type { Kysely, Transaction } from 'kysely';

import type { Database } from '../../store/schema.ts';
import { withTenant } from '../../store/tenant.ts';
import { chainHash, chainStart } from './chain.ts';
import { readCheckpointFile } from './checkpoint-file.ts';
import { type Checkpoint, isGenuine } from './checkpoint-signature.ts';
import { columnsAgree } from './columns-agree.ts';
import { type StoredRecord, streamRecords } from './read-records.ts';

export type AuditFaultKind =
  /** A record, or the one before it, is not what was appended. */
  | 'edited'
  | 'missing'
  | 'reordered'
  /** The columns that queries use say something else than the record. */
  | 'columns_disagree'
  /** The chain's head names another end than the records have. */
  | 'head_mismatch'
  /** The chain differs from a signed mark of it. */
  | 'checkpoint_mismatch'
  /** A mark was not signed with our key. */
  | 'checkpoint_forged';

export interface AuditFault {
  readonly kind: AuditFaultKind;
  readonly seq: number;
  readonly message: string;
}

export interface AuditVerification {
  /** Records found to be whole, from the first on. */
  readonly records: number;
  /** The newest signed mark that was checked. */
  readonly sealedTo: number;
  /** The first fault; undefined when the log is whole. */
  readonly fault: AuditFault | undefined;
}

export interface VerifyOptions {
  readonly db: Kysely<Database>;
  readonly dataDir: string;
  readonly key: Buffer;
}

/** Checks an organization's whole chain against itself, its head and its signed marks. */
export async function verifyAudit(
  { db, dataDir, key }: VerifyOptions,
  organizationId: string,
): Promise<AuditVerification> {
  const kept = await readCheckpointFile(dataDir, organizationId);
  if (kept === 'unreadable') {
    const message = 'the checkpoint file in the data directory is damaged';
    return { records: 0, sealedTo: 0, fault: { kind: 'checkpoint_forged', seq: 0, message } };
  }
  const verify = (tx: Transaction<Database>): Promise<AuditVerification> =>
    verifyChain(tx, key, organizationId, kept);
  return withTenant(db, organizationId, verify, { snapshot: true });
}

async function verifyChain(
  tx: Transaction<Database>,
  key: Buffer,
  organizationId: string,
  kept: Checkpoint | undefined,
): Promise<AuditVerification> {
  const marks = streamCheckpoints(tx, kept);
  let mark = await nextOf(marks);
  let hash = chainStart(organizationId);
  let seq = 0;
  let sealedTo = 0;
  const stop = (kind: AuditFaultKind, at: number, message: string): AuditVerification => ({
    records: Math.max(0, Math.min(seq, at - 1)),
    sealedTo,
    fault: { kind, seq: at, message },
  });

  for await (const row of streamRecords(tx)) {
    const wrong = await checkRow(tx, seq + 1, hash, row);
    if (wrong) return stop(...wrong);
    ({ seq, hash } = row);
    for (; mark && mark.seq <= seq; mark = await nextOf(marks)) {
      if (!isGenuine(key, organizationId, mark)) return stop('checkpoint_forged', mark.seq, forged);
      if (mark.seq !== seq || !mark.hash.equals(hash)) {
        const message = 'the log up to here is not the one that was signed';
        return stop('checkpoint_mismatch', mark.seq, message);
      }
      sealedTo = seq;
    }
  }
  for (; mark; mark = await nextOf(marks)) {
    if (!isGenuine(key, organizationId, mark)) return stop('checkpoint_forged', mark.seq, forged);
    return stop('missing', seq + 1, `the log ends at ${seq}, and it was signed at ${mark.seq}`);
  }
  const head = await tx.selectFrom('audit_heads').select(['seq', 'hash']).executeTakeFirst();
  if (seq !== (head?.seq ?? 0) || (head && !head.hash.equals(hash))) {
    const message = `the log ends at ${seq}, and its head says ${head?.seq ?? 0}`;
    return stop('head_mismatch', seq + 1, message);
  }
  return { records: seq, sealedTo, fault: undefined };
}

const forged = 'the checkpoint was not signed with the key of this Plugboard';

async function nextOf(marks: AsyncGenerator<Checkpoint>): Promise<Checkpoint | undefined> {
  const { value, done } = await marks.next();
  return done ? undefined : value;
}

/** Those of the database and the one that was kept outside of it, in their order. */
async function* streamCheckpoints(
  tx: Transaction<Database>,
  kept: Checkpoint | undefined,
): AsyncGenerator<Checkpoint, undefined> {
  let unseen = kept;
  for (let last = Number.MIN_SAFE_INTEGER; ;) {
    const page = await tx
      .selectFrom('audit_checkpoints')
      .select(['seq', 'hash', 'mac'])
      .where('seq', '>', last)
      .orderBy('seq')
      .limit(1000)
      .execute();
    for (const mark of page) {
      if (unseen && unseen.seq <= mark.seq) {
        yield unseen;
        unseen = undefined;
      }
      yield mark;
      last = mark.seq;
    }
    if (page.length === 0) break;
  }
  if (unseen) yield unseen;
}

type Wrong = readonly [kind: AuditFaultKind, seq: number, message: string];

async function checkRow(
  tx: Transaction<Database>,
  expected: number,
  previous: Buffer,
  row: StoredRecord,
): Promise<Wrong | undefined> {
  if (row.seq > expected) {
    return ['missing', expected, `record ${expected} is gone; the next is ${row.seq}`];
  }
  if (row.seq < expected) return ['edited', row.seq, 'nothing was ever appended here'];
  if (!chainHash(previous, row.record).equals(row.hash)) {
    const elsewhere = await findSuccessor(tx, previous, expected);
    return elsewhere === undefined
      ? ['edited', expected, 'this record, or the one before it, was changed or replaced']
      : ['reordered', expected, `the record that belongs here is at ${elsewhere}`];
  }
  if (columnsAgree(row)) return undefined;
  return ['columns_disagree', expected, 'the columns say something else than the record'];
}

/** Where the record lies that was appended after the one with this hash. */
async function findSuccessor(
  tx: Transaction<Database>,
  previous: Buffer,
  after: number,
): Promise<number | undefined> {
  for await (const row of streamRecords(tx, after)) {
    if (chainHash(previous, row.record).equals(row.hash)) return row.seq;
  }
  return undefined;
}
