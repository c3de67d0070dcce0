import type { Upstream, UpstreamAuthorization, UpstreamOptions } from '@plugboard/protocol';

import type { InjectedSecret, InstanceSpec } from '../instance.ts';

/** How Plugboard introduces itself to a server, how long it waits for the answer, and who hears it. */
export interface ConnectOptions extends Pick<
  UpstreamOptions,
  'clientInfo' | 'era' | 'capabilities' | 'onMessage' | 'onRequest'
> {
  readonly initializeTimeoutMs: number;
}

/** How a server ended. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last lines it wrote to stderr, at most a few kilobytes, as it wrote them: not for anybody's eyes. */
  readonly stderrTail: string;
  /** Whether its memory limit ended it, or a process of its tree. */
  readonly outOfMemory: boolean;
}

/** Bytes to and from a started server and the power to end it. */
export interface RunningServer {
  readonly pid: number | undefined;
  /** Finds out the server's era and introduces itself; may be called once. */
  connect(options: ConnectOptions): Promise<Upstream>;
  /** Memory of the whole tree in bytes, when known. */
  memory(): Promise<number | undefined>;
  /** Settles, never rejects, when the whole tree is gone. */
  readonly exited: Promise<ServerExit>;
  /**
   * Closes stdin, then SIGTERM, then SIGKILL to the whole tree, each after `patienceMs` without an
   * end. Resolves when nothing is left.
   */
  stop(patienceMs: number): Promise<void>;
}

/** What a started server tells besides its protocol. */
export interface ServerSinks {
  /** One line of stderr without its line end. */
  onStderr(line: Buffer): void;
  /** Aborting ends the start, or the started server, at once. */
  readonly signal: AbortSignal;
}

/** What a server is given to prove who calls. */
export interface Injection {
  readonly secrets: readonly InjectedSecret[];
  /** Headers that change while it is connected; of remote servers alone. */
  readonly authorization?: UpstreamAuthorization | undefined;
}

/** Starts servers of one kind of launch. */
export interface Driver<L extends InstanceSpec['launch']> {
  /**
   * Rejects with `AppError`: `invalid_input` when the launch cannot be carried out as configured,
   * `unavailable` when this machine cannot isolate it, `upstream_failed` when it did not start.
   */
  start(
    spec: InstanceSpec & { readonly launch: L },
    injection: Injection,
    sinks: ServerSinks,
  ): Promise<RunningServer>;
}
