/** One message on its way out. */
export interface Outgoing {
  readonly message: Buffer;
  /** Our id when it is a request. */
  readonly id?: number;
  /** Whether it belongs to the handshake, which nothing else may overtake. */
  readonly isHandshake?: boolean;
}

/** A transport below a connection: it moves whole messages and knows nothing of their meaning. */
export interface Carrier {
  /** Sends one message. Throws `AppError` when it surely cannot be sent. */
  send(outgoing: Outgoing): void;
  /** Nobody waits for the answer to this request any more. */
  abandon(id: number): void;
  /** Stops and continues reading, as far as the transport can. */
  pause(): void;
  resume(): void;
  /** The handshake is done; from now on the transport may listen by itself. */
  ready?(protocolVersion: string): void;
  /** Releases everything, at once when there is a reason. Called once. */
  close(reason: Error | undefined): Promise<void>;
}

/** What a transport tells the connection above it. */
export interface Receiver {
  /** One message; `requestId` names the request on whose own stream it came, where there is one. */
  receive(bytes: Buffer, requestId?: number): void;
  /** An empty line where a message could have been. */
  blank(): void;
  /** One request cannot be answered any more. */
  failRequest(id: number, reason: Error): void;
  /** Whether somebody still waits for the answer to this request. */
  isPending(id: number): boolean;
  /** The transport broke: the connection is over. */
  fail(reason: Error): void;
}
