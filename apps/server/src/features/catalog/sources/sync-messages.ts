import type { ErrorCode } from '@plugboard/contracts';

import type { Connection } from '../../../store/pool.ts';
import type { SourcePlace } from './read-source.ts';
import type { ClaimedSync } from './sync-rows.ts';

/** What the process that reads a source is told; over a pipe, for some of it is secret. */
export interface SyncRequest {
  readonly connection: Connection;
  readonly place: SourcePlace;
  readonly authorization: string | undefined;
  readonly claimed: ClaimedSync;
}

/** How it ended: with no message, with one for people, or inside with a trace for the log. */
export type SyncAnswer =
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string }
  | { readonly type: 'broken'; readonly trace: string };
