import type { Kysely } from 'kysely';

import type { Database } from '../../store/schema.ts';
import { withTenant } from '../../store/tenant.ts';
import { readRecords } from './read-records.ts';

/** The first line of an export. */
export interface ExportHeader {
  readonly format: 'plugboard-audit';
  readonly version: 1;
  readonly organizationId: string;
  /** How anyone can check it. */
  readonly chain: string;
  /** The last record that follows; null when there is none. */
  readonly head: { readonly seq: number; readonly hash: string } | null;
  /** The newest signed mark, for whoever holds the key. */
  readonly checkpoint: { readonly seq: number; readonly hash: string; readonly mac: string } | null;
}

/** Every other line. */
export interface ExportLine {
  readonly seq: number;
  readonly hash: string;
  /** The record's JSON text, as a string, for its bytes are what was hashed. */
  readonly record: string;
}

const chain =
  "hash = sha256(previous hash || record as UTF-8); before record 1 stands sha256('plugboard audit ' || organizationId)";

/**
 * An organization's whole log as JSON texts, one per line and without line ends, as of the moment it
 * begins. Holds no transaction open while the reader is slow.
 */
export async function* exportAudit(
  db: Kysely<Database>,
  organizationId: string,
): AsyncGenerator<string> {
  const header = await buildHeader(db, organizationId);
  yield JSON.stringify(header);
  const end = header.head?.seq ?? 0;
  for (let last = 0; last < end;) {
    const page = await withTenant(db, organizationId, (tx) => readRecords(tx, last));
    for (const { seq, hash, record } of page) {
      if (seq > end) return;
      const line: ExportLine = { seq, hash: hash.toString('hex'), record };
      yield JSON.stringify(line);
    }
    const newest = page.at(-1);
    // Records are missing: who verifies the export finds that out.
    if (newest === undefined) return;
    last = newest.seq;
  }
}

async function buildHeader(db: Kysely<Database>, organizationId: string): Promise<ExportHeader> {
  const [head, checkpoint] = await withTenant(
    db,
    organizationId,
    async (tx) =>
      [
        await tx.selectFrom('audit_heads').select(['seq', 'hash']).executeTakeFirst(),
        await tx
          .selectFrom('audit_checkpoints')
          .select(['seq', 'hash', 'mac'])
          .orderBy('seq', 'desc')
          .limit(1)
          .executeTakeFirst(),
      ] as const,
    { snapshot: true },
  );
  return {
    format: 'plugboard-audit',
    version: 1,
    organizationId,
    chain,
    head: head ? { seq: head.seq, hash: head.hash.toString('hex') } : null,
    checkpoint: checkpoint
      ? {
          seq: checkpoint.seq,
          hash: checkpoint.hash.toString('hex'),
          mac: checkpoint.mac.toString('hex'),
        }
      : null,
  };
}
