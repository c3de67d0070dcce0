import type { Envelope, Era } from '@plugboard/protocol';

/** The client at the other end of a call, as far as servers may ask things of it. */
export interface CallClient {
  readonly era: Era;
  /**
   * Tells whose own connections are whose: one per session for a legacy client, one per agent and
   * set of capabilities for a modern one.
   */
  readonly key: string;
  /** As the client declared them, in `initialize` or with this request. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** Raw JSON text of what it said of itself, where it did. */
  readonly info: string | undefined;
  /** The least severe log messages it wants; undefined when it did not say. */
  readonly logLevel: string | undefined;
  /**
   * Asks the client and resolves with its answer, a result or an error; aborting tells the client that
   * the question is void. Rejects with `AppError`: `cancelled`, `unavailable` when it cannot be
   * reached. Undefined for modern clients, which are asked by `input_required` results.
   */
  readonly ask: ((question: ClientQuestion) => Promise<Envelope>) | undefined;
}

/** A server's request to a client. */
export interface ClientQuestion {
  readonly method: string;
  /** Raw JSON text of its `params`. */
  readonly params: Buffer | undefined;
  readonly signal: AbortSignal;
}

/** A client that can be asked nothing, such as a person who tries a tool in the console. */
export const silentClient: CallClient = {
  era: 'legacy',
  key: 'silent',
  capabilities: {},
  info: undefined,
  logLevel: undefined,
  ask: undefined,
};
