import type { Envelope, Upstream } from '@plugboard/protocol';

import type { InstanceSource, InstanceSpec } from '../instance.ts';
import type { Log } from '../log.ts';
import type { Logs } from '../logs/logs.ts';
import type { SupervisorLimits } from './limits.ts';
import type { Drivers } from './start-server.ts';
import type { InstanceStatus } from './state.ts';

export interface SupervisorOptions {
  readonly source: InstanceSource;
  readonly drivers: Drivers;
  /** Takes what servers write to stderr, redacted. */
  readonly logs: Logs;
  readonly log: Log;
  readonly clientInfo: { readonly name: string; readonly version: string };
  /**
   * Runs after each start, to store what the server offers. The call that asked for the start waits
   * for it only while the instance was never listed (`InstanceSpec.listed`), and then its rejection
   * is a failure to start; otherwise it runs beside the call and a rejection is only logged.
   */
  readonly onReady: (instance: InstanceSpec, upstream: Upstream) => Promise<void>;
  /** Runs when the server said that a list of its changed: once for a burst, never twice at once. */
  readonly onDefinitionsChanged: (instance: InstanceSpec, upstream: Upstream) => Promise<void>;
  /** Hears each change of state; `memoryBytes` is not known here. Must not throw. */
  readonly onStatus?: (status: InstanceStatus) => void;
  readonly limits?: Partial<SupervisorLimits>;
  /** Epoch milliseconds. */
  readonly clock?: () => number;
}

/** Hears what servers say outside of any request. Must not throw. */
export type UpstreamListener = (upstream: Upstream, message: Envelope) => void;

/** Which connection it is that something comes from. */
export interface UpstreamOrigin {
  readonly organizationId: string;
  readonly instanceId: string;
  /** The key of the client whose own it is; undefined for one that is shared. */
  readonly ownKey: string | undefined;
}

/** Hears what servers ask outside of any request. Must not throw. */
export type UpstreamRequestListener = (
  upstream: Upstream,
  message: Envelope,
  from: UpstreamOrigin,
) => void;
