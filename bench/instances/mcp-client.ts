import { eventData } from '../gateway/load/answer.ts';
import { initialize, initialized, nextId } from '../gateway/load/client.ts';
import { HttpConnection } from '../gateway/load/http-connection.ts';

export interface Timed {
  readonly ms: number;
  /** The JSON-RPC response. */
  readonly text: string;
}

/** One MCP session over one keep-alive connection, for one request at a time. */
export class McpClient implements Disposable {
  readonly #connection: HttpConnection;
  readonly #url: URL;
  readonly #token: string;
  #session = '';

  private constructor(url: URL, token: string) {
    this.#url = url;
    this.#token = token;
    this.#connection = new HttpConnection(url);
  }

  static async open(url: string, token: string): Promise<McpClient> {
    const client = new McpClient(new URL(url), token);
    const hello = await client.#send({ id: nextId(), ...initialize });
    client.#session = /\r\nmcp-session-id: *(\S+)/i.exec(hello.head)?.[1] ?? '';
    await client.#send(initialized);
    return client;
  }

  /** Sends a request and waits for its result; rejects when it is answered with an error. */
  async request(method: string, params: object = {}): Promise<Timed> {
    const sentAt = performance.now();
    const { body, eventStream } = await this.#send({ id: nextId(), method, params });
    const ms = performance.now() - sentAt;
    const text = (eventStream ? [...eventData(body)].at(-1) : body)?.toString() ?? '';
    const message: { result?: unknown } = JSON.parse(text);
    if (message.result === undefined) throw new Error(`${method}: ${text.slice(0, 500)}`);
    return { ms, text };
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }

  #send(message: object) {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    return this.#connection.exchange(
      `POST ${this.#url.pathname} HTTP/1.1\r\nHost: ${this.#url.host}\r\n` +
        `Authorization: Bearer ${this.#token}\r\n` +
        (this.#session === '' ? '' : `Mcp-Session-Id: ${this.#session}\r\n`) +
        'Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n' +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }
}
