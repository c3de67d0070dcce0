import type { Envelope } from '@plugboard/protocol';

import type { CallClient } from '../../call/call-client.ts';
import type { CallFacts } from '../../call/record.ts';
import type { Toolset } from '../../toolset/toolset.ts';
import type { Exchange } from '../exchange.ts';
import type { ModernReply } from './modern-reply.ts';

/** One request of a modern client that the protocol has nothing against. */
export interface ModernCall {
  readonly exchange: Exchange;
  readonly facts: CallFacts;
  readonly request: Envelope;
  /** The request's id as JSON text. */
  readonly id: string;
  /** The parsed `params`. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly client: CallClient;
  readonly toolset: Toolset;
  readonly reply: ModernReply;
  /** Aborts when the client leaves, which is how it cancels. */
  readonly signal: AbortSignal;
}
