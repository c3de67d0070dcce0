import type { Envelope } from '../envelope/envelope.ts';
import type { Era } from '../versions.ts';

/**
 * Hears one message. Handlers must not throw. One that returns a promise holds back reading from
 * that connection until the promise settles: for all its callers, so never wait for one of them.
 */
export type MessageHandler = (message: Envelope) => void | Promise<void>;

/** One request on its way to an upstream server. The connection gives it an id of its own. */
export interface UpstreamRequest {
  readonly method: string;
  /** The raw JSON text of `params`, forwarded byte for byte. Absent when the request has none. */
  readonly params?: Buffer | undefined;
  /**
   * Aborting cancels the request upstream (`notifications/cancelled`, or the end of its stream) and
   * rejects the promise.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Milliseconds without an answer or a progress notification until it is cancelled; the
   * connection's own setting when absent, and no time limit at all when 0.
   */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds until it is cancelled however much progress it makes; the connection's when absent. */
  readonly maxTotalMs?: number | undefined;
  /**
   * Hears notifications that belong to this request: progress, what a subscription brings, and on
   * HTTP everything on its own stream. A progress notification arrives with the caller's own progress token restored.
   */
  readonly onMessage?: MessageHandler | undefined;
  /**
   * Hears requests that a legacy server makes on this request's own stream (HTTP). Each must be
   * answered through `Upstream.respond`. Without it they go to `Upstream.onRequest`.
   */
  readonly onRequest?: MessageHandler | undefined;
  /** Asked when the time is over: while it answers true the request waits on, within `maxTotalMs`. */
  readonly isHeldUp?: (() => boolean) | undefined;
  /**
   * A legacy server ended the stream of this request before its answer, which will be polled for
   * after so many milliseconds (SEP-1699); undefined when it did not say.
   */
  readonly onSuspend?: ((retryMs: number | undefined) => void) | undefined;
  /** `Mcp-Param-*` headers of a modern request over HTTP, as they are to be sent. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What the far side said of itself in answer to `initialize` or `server/discover`. */
export interface UpstreamHello {
  readonly era: Era;
  /** Raw JSON text of the whole result. */
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
   * Whether its requests need `Mcp-Param-*` headers where a tool's schema says so: modern servers
   * over HTTP. Absent is no.
   */
  readonly mirrorsParams?: boolean;
  /**
   * Sends a request and resolves with the server's answer, a result or a JSON-RPC error alike. The
   * answer carries the connection's own id: see `withId`.
   *
   * Rejects with `AppError`: `upstream_failed` when the connection broke, the process died, or the
   * answer was not JSON-RPC; `upstream_timeout`; `cancelled` when the signal aborted;
   * `payload_too_large` when the answer exceeded the size limit; `unavailable` when the server does
   * not read what it is sent.
   */
  request(request: UpstreamRequest): Promise<Envelope>;
  /** Sends a notification. Does nothing once the connection has ended. */
  notify(method: string, params?: Buffer): void;
  /** Hears notifications that belong to no request. */
  onMessage: MessageHandler | undefined;
  /**
   * Hears requests from a legacy server, but for `ping`, which the connection answers. Each must be
   * answered through `respond`. While it is not set they are answered with "method not found".
   */
  onRequest: MessageHandler | undefined;
  /** Sends a response to a request that the server made. */
  respond(message: Buffer): void;
  /** Requests sent and not yet answered. */
  readonly inFlight: number;
  /** Settles, never rejects, when the connection has ended, with the reason if it was not asked to. */
  readonly closed: Promise<Error | undefined>;
}

/** Who Plugboard says it is, in `initialize` and in requests that nobody else makes. */
export interface ClientInfo {
  readonly name: string;
  readonly version: string;
  readonly title?: string;
}

/**
 * What a connection received and could not use; it goes on nevertheless. `garbage` is not JSON-RPC,
 * `unknown_id` answers nothing that was asked (or no longer), `blank` is an empty line.
 */
export interface Stray {
  readonly kind: 'garbage' | 'unknown_id' | 'blank';
  /** How many of this kind so far on this connection. */
  readonly count: number;
  readonly bytes: Buffer;
}

/** Settings that every kind of connection has. */
export interface UpstreamOptions {
  readonly clientInfo: ClientInfo;
  /** The era found at an earlier connection: it is tried first, and the other only if it fails. */
  readonly era?: Era;
  /** Client capabilities to declare; none by default. */
  readonly capabilities?: Readonly<Record<string, unknown>>;
  /** Versions to accept, most wanted first; all that this package supports by default. */
  readonly protocolVersions?: readonly string[];
  /** Milliseconds for the whole handshake. Default 60,000. */
  readonly initializeTimeoutMs?: number;
  /** Default 60,000; see `UpstreamRequest.timeoutMs`. */
  readonly requestTimeoutMs?: number;
  /** Default 600,000; see `UpstreamRequest.maxTotalMs`. */
  readonly maxTotalMs?: number;
  /** The largest message to accept, in bytes. Default 32 MiB. */
  readonly maxMessageBytes?: number;
  /** Hears of everything unusable; the caller limits how often it logs. Must not throw. */
  readonly onStray?: (stray: Stray) => void;
  /** Set from the first byte on, where setting it on the finished connection might be too late. */
  readonly onMessage?: MessageHandler;
  readonly onRequest?: MessageHandler;
  /** Aborting gives up the handshake. */
  readonly signal?: AbortSignal;
}
