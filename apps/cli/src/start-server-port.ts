/** What a start tells on its way, for the person who waits for it. */
export interface StartEvent {
  readonly type: 'progress' | 'warning';
  readonly message: string;
}

/** A server that `up` started and that is ready. Disposing stops it and all that it started. */
export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  readonly mcpUrl: string;
  readonly dataDir: string;
  /** Milliseconds from the beginning of the start. */
  readonly startMs: number;
  readonly firstRun: boolean;
  /** Whether an owner ever set up an account to sign in with. */
  readonly claimed: boolean;
  /** Absent when they do not lie in the data directory (any longer). */
  readonly ownerKeyFile: string | undefined;
  readonly demoTokenFile: string | undefined;
}

export interface StartOptions {
  readonly onEvent: (event: StartEvent) => void;
  /** Aborting gives up the start and undoes it. */
  readonly signal: AbortSignal;
}

/** Starts the server in this process. `args` are its flags; rejects with `AppError` for what a person can mend. */
export type StartServer = (
  args: readonly string[],
  options: StartOptions,
) => Promise<RunningServer>;
