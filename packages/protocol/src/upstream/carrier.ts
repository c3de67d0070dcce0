import type { UpstreamHello } from './upstream.ts';

/** One message on its way out. */
export interface Outgoing {
  readonly message: Buffer;
  /** Our id when it is a request. */
  readonly id?: number;
  /** Whether it belongs to the handshake, which nothing else may overtake. */
  readonly isHandshake?: boolean;
  /**
   * What HTTP headers repeat of a request or notification, names in lower case. There where it is of
   * the modern era and the transport mirrors.
   */
  readonly mirrored?: Readonly<Record<string, string>> | undefined;
}

/** A transport below a connection: it moves whole messages and knows nothing of their meaning. */
export interface Carrier {
  /** Whether it sends modern messages with headers that repeat parts of them. */
  readonly mirrors: boolean;
  /** Sends one message. Throws `AppError` when it surely cannot be sent. */
  send(outgoing: Outgoing): void;
  /** Nobody waits for the answer to this request any more. Answers whether that tells the server. */
  abandon(id: number): boolean;
  /** Stops and continues reading, as far as the transport can. */
  pause(): void;
  resume(): void;
  /** The handshake is done; from now on the transport may listen by itself. */
  ready?(hello: UpstreamHello): void;
  /** Releases everything, at once when there is a reason. Called once. */
  close(reason: Error | undefined): Promise<void>;
}

/** What a transport tells the connection above it. */
export interface Receiver {
  /** One message; `requestId` names the request on whose own stream it came, where there is one. */
  receive(bytes: Buffer, requestId?: number): void;
  /** An empty line where a message could have been. */
  blank(): void;
  /** The server ended the stream of this request, to be asked for the answer later. */
  suspend(id: number, retryMs: number | undefined): void;
  /** One request cannot be answered any more. */
  failRequest(id: number, reason: Error): void;
  /** Whether somebody still waits for the answer to this request. */
  isPending(id: number): boolean;
  /** The transport broke: the connection is over. */
  fail(reason: Error): void;
}
