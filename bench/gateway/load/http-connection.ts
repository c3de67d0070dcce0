import { connect, type Socket } from 'node:net';

import { type RawResponse, ResponseReader } from './response-reader.ts';

/** Reads are handled at once and copied when incomplete, so all sockets can share one buffer. */
const readBuffer = Buffer.allocUnsafeSlow(262_144);

type OnResponse = (outcome: RawResponse | Error) => void;

/** One keep-alive connection for one request at a time; connects again after a failure. */
export class HttpConnection {
  readonly #host: string;
  readonly #port: number;
  #socket: Socket | undefined;
  #reader = new ResponseReader();
  #onResponse: OnResponse | undefined;

  constructor(url: URL) {
    this.#host = url.hostname;
    this.#port = Number(url.port || 80);
  }

  send(request: Buffer | string, onResponse: OnResponse): void {
    this.#onResponse = onResponse;
    this.#socket ??= this.#connect();
    this.#socket.write(request);
  }

  /** Sends and waits; the body is copied. */
  exchange(request: Buffer | string): Promise<RawResponse> {
    return new Promise((resolve, reject) => {
      this.send(request, (outcome) => {
        if (outcome instanceof Error) reject(outcome);
        else resolve({ ...outcome, body: Buffer.from(outcome.body) });
      });
    });
  }

  close(): void {
    this.#onResponse = undefined;
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #connect(): Socket {
    this.#reader = new ResponseReader();
    const socket = connect({
      host: this.#host,
      port: this.#port,
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (size) => {
          this.#read(readBuffer.subarray(0, size));
          return true;
        },
      },
    });
    socket.on('error', (error) => this.#settle(error));
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
      this.#settle(new Error('the connection was closed'));
    });
    return socket;
  }

  #read(bytes: Buffer): void {
    try {
      const response = this.#reader.read(bytes);
      if (response) this.#settle(response);
    } catch (error) {
      this.#socket?.destroy();
      this.#socket = undefined;
      this.#settle(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #settle(outcome: RawResponse | Error): void {
    const onResponse = this.#onResponse;
    this.#onResponse = undefined;
    onResponse?.(outcome);
  }
}
