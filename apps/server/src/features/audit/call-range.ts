import type { TenantDb } from '../tenant-db.ts';
import { firstSeqAt } from './first-seq-at.ts';

/** Records of a call lie at most this long after it began. */
const longestCallMs = 60 * 60_000;
/** Clocks of nodes differ, and an append may have to wait. */
const slackMs = 15 * 60_000;

export interface SeqRange {
  /** Inclusive. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/**
 * Where the records of a call must lie, by the time that is in its id (RFC 9562, section 5.7): the
 * log has no index by calls, which each append would pay for. Undefined for an id that has no time.
 */
export async function rangeOfCall(db: TenantDb, callId: string): Promise<SeqRange | undefined> {
  if (callId[14] !== '7') return undefined;
  const began = Number.parseInt(callId.replaceAll('-', '').slice(0, 12), 16);
  return {
    from: await firstSeqAt(db, began - slackMs),
    to: await firstSeqAt(db, began + longestCallMs + slackMs),
  };
}
