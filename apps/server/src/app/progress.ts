/** What the server tells of its start, in order. `ready` comes last; a failure rejects instead. */
export type ProgressEvent =
  /** What is being done now. */
  | { readonly type: 'progress'; readonly message: string }
  /** What did not work, or is unsafe, and what to do about it; the start goes on. */
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'ready'; readonly message: string; readonly ready: ReadyFacts };

/** What whoever started the server wants to know of it. */
export interface ReadyFacts {
  readonly url: string;
  readonly mcpUrl: string;
  readonly apiUrl: string;
  readonly pid: number;
  readonly version: string;
  readonly dataDir: string;
  /** Milliseconds from the beginning of the start. */
  readonly startMs: number;
  /** Whether this start made the organization with its toolbox and agent. */
  readonly firstRun: boolean;
  /** Whether an owner ever set up an account to sign in with. */
  readonly claimed: boolean;
  /** Where the owner's API key lies; absent when it is not (or no longer) kept here. */
  readonly ownerKeyFile: string | undefined;
  /** Where the demo agent's token lies; absent when it is not (or no longer) kept here. */
  readonly demoTokenFile: string | undefined;
}

export type OnProgress = (event: ProgressEvent) => void;
