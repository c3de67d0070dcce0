import { type IncomingMessage, request as httpRequest } from 'node:http';

import type { Message } from './serve-gateway.ts';

/** One event of a stream; without a message it only says where the client is. */
export interface ClientEvent {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly retry: number | undefined;
  readonly data: string;
  readonly message: Message | undefined;
}

/** What arrives at a client in answer to one HTTP request. */
export class Incoming {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly events: ClientEvent[] = [];
  text = '';
  hasEnded = false;
  readonly #leave: () => void;
  #wakes: (() => void)[] = [];

  constructor(incoming: IncomingMessage, leave: () => void) {
    this.status = incoming.statusCode ?? 0;
    this.headers = incoming.headers;
    this.#leave = leave;
    let rest = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (chunk: string) => {
      this.text += chunk;
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
      this.#wake();
    });
    incoming.on('error', () => {}); // left by the test itself
    incoming.on('close', () => {
      this.hasEnded = true;
      this.#wake();
    });
  }

  get messages(): Message[] {
    return this.events.flatMap(({ message }) => (message ? [message] : []));
  }

  get lastId(): string | undefined {
    return this.events.findLast(({ id }) => id !== undefined)?.id;
  }

  /** The body as JSON, once it has ended. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into whatever came
  async json(): Promise<any> {
    await this.ended();
    return JSON.parse(this.text);
  }

  /** Resolves with the first event that fits; rejects when the stream ends without. */
  async event(fits: (event: ClientEvent) => boolean): Promise<ClientEvent> {
    for (;;) {
      const found = this.events.find(fits);
      if (found) return found;
      if (this.hasEnded) throw new Error(`ended without it: ${this.text}`);
      await this.#more();
    }
  }

  async message(fits: (message: Message) => boolean): Promise<Message> {
    const { message } = await this.event(
      (event) => event.message !== undefined && fits(event.message),
    );
    return message!;
  }

  async ended(): Promise<void> {
    while (!this.hasEnded) await this.#more();
  }

  /** Breaks the connection. */
  leave(): void {
    this.#leave();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => void this.#wakes.push(resolve));
  }

  #wake(): void {
    for (const wake of this.#wakes.splice(0)) wake();
  }

  #take(block: string): void {
    const fields = block.split('\n').map((line): [string, string] => {
      const at = line.indexOf(':');
      return [line.slice(0, at), line.slice(at + 1).replace(/^ /, '')];
    });
    const field = (name: string): string | undefined =>
      fields.findLast(([each]) => each === name)?.[1];
    const data = field('data');
    if (data === undefined) return;
    const retry = field('retry');
    const event = field('event');
    this.events.push({
      id: field('id'),
      event,
      retry: retry === undefined ? undefined : Number(retry),
      data,
      message: data !== '' && event !== 'endpoint' ? JSON.parse(data) : undefined,
    });
  }
}

/** A legacy client that hides nothing, of any node. */
export class LegacyClient {
  readonly token: string;
  session = '';
  #nextId = 1;

  constructor(token = 'one') {
    this.token = token;
  }

  send(
    port: number,
    method: string,
    options: {
      readonly body?: unknown;
      readonly path?: string;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<Incoming> {
    const { promise, resolve, reject } = Promise.withResolvers<Incoming>();
    const headers: Record<string, string> = {
      authorization: `Bearer ${this.token}`,
      accept: 'application/json, text/event-stream',
      ...(this.session !== '' && { 'mcp-session-id': this.session }),
      ...(options.body !== undefined && { 'content-type': 'application/json' }),
      ...options.headers,
    };
    const outgoing = httpRequest(
      { port, method, path: options.path ?? '/mcp', headers },
      (incoming) => resolve(new Incoming(incoming, () => outgoing.destroy())),
    );
    outgoing.on('error', reject);
    outgoing.end(options.body === undefined ? undefined : JSON.stringify(options.body));
    return promise;
  }

  post(port: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    return this.send(port, 'POST', { body, headers });
  }

  request(
    port: number,
    method: string,
    params: unknown = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Incoming> {
    const id = this.#nextId;
    this.#nextId += 1;
    return this.post(port, { jsonrpc: '2.0', id, method, params }, headers);
  }

  /** Says hello and keeps the session. */
  async open(
    port: number,
    hello: { readonly protocolVersion?: string; readonly capabilities?: object } = {},
  ): Promise<this> {
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: { elicitation: {}, sampling: {}, roots: {} },
      clientInfo: { name: 'legacy', version: '1' },
      ...hello,
    };
    const answer = await this.request(port, 'initialize', params);
    await answer.ended();
    this.session = String(answer.headers['mcp-session-id']);
    return this;
  }

  listen(port: number, lastEventId?: string): Promise<Incoming> {
    return this.send(port, 'GET', {
      headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
    });
  }
}
