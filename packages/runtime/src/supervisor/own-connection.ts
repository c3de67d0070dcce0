/** A connection that one client has for itself, to a server that asks things of its clients. */
export interface OwnConnection {
  /** Tells it from other connections to the same instance with the same credentials. */
  readonly key: string;
  /** The client capabilities to declare in its `initialize`. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** Connections of one owner, such as an agent, are bounded together. */
  readonly owner?: string | undefined;
}

/** How long it may idle before it sleeps: no longer than its instance, and never for ever. */
export function ownIdleMs(instanceIdleMs: number, longestMs: number): number {
  return instanceIdleMs > 0 ? Math.min(instanceIdleMs, longestMs) : longestMs;
}

/**
 * What the shared connection declares: all that can be routed to some client, since what a server
 * lists may depend on what its client can do.
 */
export const routedCapabilities: Readonly<Record<string, unknown>> = Object.freeze({
  roots: { listChanged: true },
  sampling: { tools: {} },
  elicitation: { form: {}, url: {} },
});
