import { eventually } from './eventually.ts';
import { readEvents } from './sse.ts';

/** A JSON-RPC message, loosely: tests look into what they expect. */
export interface RpcMessage {
  readonly jsonrpc: string;
  readonly id?: string | number | null;
  readonly method?: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into whatever came
  readonly params?: any;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into whatever came
  readonly result?: any;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into whatever came
  readonly error?: { code: number; message: string; data?: any };
}

/** What came back for one POST. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as it came; of an event stream, the events' data. */
  readonly text: string;
  /** JSON-RPC messages as text, in order. */
  readonly raw: readonly string[];
  /** The same, parsed. */
  readonly messages: readonly RpcMessage[];
  /** The last of them, which answers the request. */
  readonly message: RpcMessage;
  /** Its text. */
  readonly rawMessage: string;
}

export interface PostOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Hears each message of an event stream when it comes. */
  readonly onMessage?: (message: RpcMessage) => void;
}

/** An open GET stream and what came on it. */
export interface Listening extends AsyncDisposable {
  readonly status: number;
  readonly messages: readonly RpcMessage[];
  /** Resolves with the first message of a method that came after `after` others. */
  heard(method: string, after?: number): Promise<RpcMessage>;
  /** Whether the server has ended the stream. */
  readonly ended: boolean;
}

/**
 * A client of Streamable HTTP that hides nothing: messages go out as they are given and come back as
 * they were sent. For comparing bytes and for what no well-behaved client sends.
 */
export class RawClient {
  readonly url: string;
  readonly #token: string | undefined;
  #session: string | undefined;
  #nextId = 1;

  constructor(url: string, token: string | undefined, session?: string) {
    this.url = url;
    this.#token = token;
    this.#session = session;
  }

  /** A client with a session. */
  static async open(url: string, token: string, hello: object = {}): Promise<RawClient> {
    const client = new RawClient(url, token);
    await client.initialize(hello);
    return client;
  }

  get session(): string | undefined {
    return this.#session;
  }

  /** Says hello and keeps the session. */
  async initialize(hello: object = {}): Promise<RawAnswer> {
    const answer = await this.request('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'raw-client', version: '1.0.0' },
      ...hello,
    });
    if (answer.message.error) throw new Error(answer.message.error.message);
    this.#session = answer.headers.get('mcp-session-id') ?? undefined;
    await this.notify('notifications/initialized');
    return answer;
  }

  /** Sends a request and resolves with all that came back. `id` may be any JSON text. */
  request(
    method: string,
    params?: object,
    options: PostOptions & { readonly id?: string | number } = {},
  ): Promise<RawAnswer> {
    const id = options.id ?? this.#nextId++;
    return this.post(JSON.stringify({ jsonrpc: '2.0', id, method, params }), options);
  }

  /** Calls a tool and resolves with its result; throws what an error answers. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into whatever came
  async call(name: string, args: object = {}, options: PostOptions = {}): Promise<any> {
    const { message } = await this.request('tools/call', { name, arguments: args }, options);
    if (message.error) throw new RpcFailure(message.error);
    return message.result;
  }

  /** Calls a tool and resolves with the text of its first content. */
  async say(name: string, args: object = {}): Promise<string> {
    const result = await this.call(name, args);
    return String(result.content[0].text);
  }

  /** Calls a tool that is to be refused and resolves with the error. */
  async refused(name: string, args: object = {}): Promise<NonNullable<RpcMessage['error']>> {
    const { message } = await this.request('tools/call', { name, arguments: args });
    if (!message.error) throw new Error(`${name} was answered: ${JSON.stringify(message)}`);
    return message.error;
  }

  async toolNames(): Promise<string[]> {
    const { message } = await this.request('tools/list');
    return message.result.tools.map((tool: { name: string }) => tool.name);
  }

  async notify(method: string, params?: object): Promise<void> {
    const { status } = await this.post(JSON.stringify({ jsonrpc: '2.0', method, params }));
    if (status !== 202) throw new Error(`${method} was answered with ${status}`);
  }

  /** Sends a body as it is. */
  async post(
    body: string | Uint8Array<ArrayBuffer>,
    options: PostOptions = {},
  ): Promise<RawAnswer> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...this.#headers(),
        ...options.headers,
      },
      body,
      signal: options.signal ?? null,
    });
    const raw: string[] = [];
    if (response.headers.get('content-type')?.startsWith('text/event-stream') && response.body) {
      for await (const { data } of readEvents(response.body)) {
        // An event without data only tells where the stream can be taken up again.
        if (data === '') continue;
        raw.push(data);
        options.onMessage?.(JSON.parse(data));
      }
    } else {
      const text = await response.text();
      if (text !== '') raw.push(text);
    }
    return new Answer(response, raw);
  }

  /** Opens the stream of what the server says by itself. */
  async listen(): Promise<Listening> {
    const controller = new AbortController();
    const response = await fetch(this.url, {
      headers: { accept: 'text/event-stream', ...this.#headers() },
      signal: controller.signal,
    });
    const messages: RpcMessage[] = [];
    let ended = false;
    const reading = (async () => {
      try {
        if (response.ok && response.body) {
          for await (const { data } of readEvents(response.body)) messages.push(JSON.parse(data));
        }
      } catch {
        // Cut off, by us or by the server: either way it is over.
      }
      ended = true;
    })();
    return {
      status: response.status,
      messages,
      heard: (method, after = 0) =>
        eventually(`${method} was heard`, () =>
          messages.slice(after).find((message) => message.method === method),
        ),
      get ended() {
        return ended;
      },
      async [Symbol.asyncDispose]() {
        controller.abort();
        await reading;
      },
    };
  }

  /** Ends the session. */
  async end(): Promise<number> {
    const response = await fetch(this.url, { method: 'DELETE', headers: this.#headers() });
    await response.arrayBuffer();
    return response.status;
  }

  #headers(): Record<string, string> {
    return {
      ...(this.#token !== undefined && { authorization: `Bearer ${this.#token}` }),
      ...(this.#session !== undefined && { 'mcp-session-id': this.#session }),
    };
  }
}

class Answer implements RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly raw: readonly string[];

  constructor(response: Response, raw: readonly string[]) {
    this.status = response.status;
    this.headers = response.headers;
    this.raw = raw;
  }

  get text(): string {
    return this.raw.join('\n');
  }

  get messages(): RpcMessage[] {
    return this.raw.map((text) => JSON.parse(text));
  }

  get rawMessage(): string {
    const last = this.raw.at(-1);
    if (last === undefined) throw new Error(`an empty answer with status ${this.status}`);
    return last;
  }

  get message(): RpcMessage {
    return JSON.parse(this.rawMessage);
  }
}

/** A JSON-RPC error as an exception. */
export class RpcFailure extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(error: NonNullable<RpcMessage['error']>) {
    super(error.message);
    this.code = error.code;
    this.data = error.data;
  }
}
