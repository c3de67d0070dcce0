import type { Envelope } from '../envelope/envelope.ts';

/** One request on its way to an upstream server. The connection gives it an id of its own. */
export interface UpstreamRequest {
  readonly method: string;
  /** The raw JSON text of `params`, forwarded byte for byte. Absent when the request has none. */
  readonly params?: Buffer;
  /** Aborting cancels the request upstream (`notifications/cancelled`) and rejects the promise. */
  readonly signal?: AbortSignal;
  /** Milliseconds without an answer or a progress notification until it is cancelled. */
  readonly timeoutMs?: number;
  /**
   * Hears notifications that belong to this request: progress, and on HTTP everything on its own
   * stream. A progress notification arrives with the caller's own progress token restored.
   */
  readonly onMessage?: (message: Envelope) => void;
}

/** What the far side said of itself in answer to `initialize`. */
export interface UpstreamHello {
  /** Raw JSON text of the whole `initialize` result. */
  readonly result: Buffer;
  readonly protocolVersion: string;
}

/**
 * A live connection to one MCP server, shared by every caller that uses the same instance with the
 * same credentials. It carries bytes: results come back as the server wrote them, only the id differs.
 */
export interface Upstream extends AsyncDisposable {
  readonly hello: UpstreamHello;
  /**
   * Sends a request and resolves with the server's answer, a result or a JSON-RPC error alike.
   *
   * Rejects with `AppError`: `upstream_failed` when the connection broke, the process died, or the
   * answer was not JSON-RPC; `upstream_timeout`; `cancelled` when the signal aborted;
   * `payload_too_large` when the answer exceeded the size limit.
   */
  request(request: UpstreamRequest): Promise<Envelope>;
  notify(method: string, params?: Buffer): void;
  /** Hears messages that belong to no request: notifications, and requests from the server. */
  onMessage: ((message: Envelope) => void) | undefined;
  /** Sends a response to a request that the server made. */
  respond(message: Buffer): void;
  /** Requests sent and not yet answered. */
  readonly inFlight: number;
  /** Settles, never rejects, when the connection has ended, with the reason if it was not asked to. */
  readonly closed: Promise<Error | undefined>;
}
