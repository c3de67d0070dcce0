import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { readEvents } from './event-stream.ts';
import { readBody, send, wasNotDelivered } from './http.ts';
import { asLine, errorLine, readParts } from './json-line.ts';

export interface BridgeOptions {
  readonly url: string;
  readonly token: string;
  /** Takes one message to the client; resolves when there is room for more. */
  readonly deliver: (line: string) => Promise<void>;
  /** Hears what went wrong, for people. */
  readonly complain: (text: string) => void;
}

/** How long a restart of the server may take before its client hears of it. */
const patienceMs = 30_000;
const initializedLine = '{"jsonrpc":"2.0","method":"notifications/initialized"}';

/**
 * One client's session over Streamable HTTP (MCP 2025-11-25, Basic § Transports), opened again when
 * the server lost it. Messages pass as text; only what the transport needs is looked at.
 */
export class Bridge implements AsyncDisposable {
  readonly #options: BridgeOptions;
  readonly #closing = new AbortController();
  #sessionId: string | undefined;
  #protocolVersion: string | undefined;
  /** The client's own initialize request, to be repeated. */
  #initialize: string | undefined;
  #reopening: Promise<void> | undefined;
  #listening = false;

  constructor(options: BridgeOptions) {
    this.#options = options;
  }

  /** Sends one line of the client and delivers all that comes back; never rejects. */
  async forward(line: string): Promise<void> {
    const parts = readParts(line);
    if (parts === undefined) {
      this.#options.complain('a line from the client is not a JSON-RPC message, and was dropped');
      return;
    }
    const isRequest = parts.id !== undefined && parts.method !== undefined;
    if (parts.method === 'initialize') {
      this.#initialize = line;
      this.#sessionId = undefined;
      this.#protocolVersion = undefined;
    }
    try {
      const answered = await this.#exchange(line, parts.method === 'initialize', parts.id);
      if (isRequest && !answered) throw new Error('the connection ended before the answer');
      if (parts.method === 'notifications/initialized') void this.#listen();
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      const reason = `Plugboard: ${error instanceof Error ? error.message : String(error)}`;
      this.#options.complain(reason);
      if (isRequest && parts.id !== undefined) {
        await this.#options.deliver(errorLine(parts.id, reason));
      }
    }
  }

  /** Sends a message; true when its answer was delivered. */
  async #exchange(line: string, opens: boolean, id: string | number | undefined): Promise<boolean> {
    const session = this.#sessionId;
    const response = await this.#post(line);
    if (response.statusCode === 404 && session !== undefined) {
      response.resume();
      await this.#reopen(session);
      return this.#receive(await this.#post(line), id, false);
    }
    return this.#receive(response, id, opens);
  }

  async #post(body: string): Promise<IncomingMessage> {
    const giveUpAt = Date.now() + patienceMs;
    for (let pause = 100; ; pause = Math.min(pause * 2, 2000)) {
      try {
        return await send({
          method: 'POST',
          url: this.#options.url,
          headers: {
            ...this.#headers(),
            'content-type': 'application/json',
            accept: 'application/json, text/event-stream',
          },
          body,
          signal: this.#closing.signal,
        });
      } catch (error) {
        if (!wasNotDelivered(error) || Date.now() > giveUpAt) throw error;
        await sleep(pause, undefined, { signal: this.#closing.signal });
      }
    }
  }

  #headers(): Record<string, string> {
    return {
      authorization: `Bearer ${this.#options.token}`,
      ...(this.#sessionId !== undefined && { 'mcp-session-id': this.#sessionId }),
      ...(this.#protocolVersion !== undefined && { 'mcp-protocol-version': this.#protocolVersion }),
    };
  }

  /** Delivers what a response holds; true when the answer to `id` was among it. */
  async #receive(
    response: IncomingMessage,
    id: string | number | undefined,
    opens: boolean,
    deliver: (line: string) => Promise<void> = this.#options.deliver,
  ): Promise<boolean> {
    const type = response.headers['content-type'] ?? '';
    const status = response.statusCode ?? 0;
    if (opens && status === 200) {
      const given = response.headers['mcp-session-id'];
      this.#sessionId = typeof given === 'string' ? given : undefined;
    }
    const take = async (text: string): Promise<boolean> => {
      const parts = readParts(text);
      if (opens && parts?.protocolVersion !== undefined) {
        this.#protocolVersion = parts.protocolVersion;
      }
      await deliver(asLine(text));
      return parts !== undefined && parts.method === undefined && parts.id === id;
    };
    if (status === 200 && type.startsWith('text/event-stream')) {
      let answered = false;
      for await (const { data } of readEvents(response)) answered = (await take(data)) || answered;
      return answered;
    }
    const body = await readBody(response);
    if (status >= 200 && status < 300 && body.trim() === '') return false;
    const parts = readParts(body);
    const answers = parts !== undefined && parts.id !== undefined && parts.id === id;
    if (answers || (status === 200 && parts !== undefined)) return take(body);
    throw new Error(explainStatus(status, body));
  }

  /** Opens a new session with the client's own words; once for all who found the old one gone. */
  async #reopen(lost: string): Promise<void> {
    if (this.#sessionId !== lost && this.#reopening === undefined) return;
    this.#reopening ??= this.#openAgain().finally(() => {
      this.#reopening = undefined;
    });
    await this.#reopening;
  }

  async #openAgain(): Promise<void> {
    if (this.#initialize === undefined) throw new Error('the session is gone');
    this.#sessionId = undefined;
    this.#protocolVersion = undefined;
    const id = readParts(this.#initialize)?.id;
    const answer = await this.#post(this.#initialize);
    // The client had its answer long ago.
    await this.#receive(answer, id, true, () => Promise.resolve());
    (await this.#post(initializedLine)).resume();
    this.#options.complain('the server forgot the session; a new one is open');
  }

  /** Hears what the server says of its own accord, again after each break. */
  async #listen(): Promise<void> {
    if (this.#listening) return;
    this.#listening = true;
    let lastEventId: string | undefined;
    for (let pause = 100; !this.#closing.signal.aborted; pause = Math.min(pause * 2, 5000)) {
      try {
        const session = this.#sessionId;
        const response = await send({
          method: 'GET',
          url: this.#options.url,
          headers: {
            ...this.#headers(),
            accept: 'text/event-stream',
            ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
          },
          signal: this.#closing.signal,
        });
        if (response.statusCode === 200) {
          pause = 100;
          for await (const { id, data } of readEvents(response)) {
            lastEventId = id ?? lastEventId;
            await this.#options.deliver(asLine(data));
          }
        } else {
          response.resume();
          lastEventId = undefined;
          // A server that offers no such stream says 405, and is not asked again.
          if (response.statusCode === 405 || response.statusCode === 401) return;
          if (response.statusCode === 404 && session !== undefined) await this.#reopen(session);
        }
      } catch {
        // Whoever sends next hears why; here it is only tried again.
      }
      await sleep(pause, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
  }

  /** Ends the session. */
  async [Symbol.asyncDispose](): Promise<void> {
    const session = this.#sessionId;
    const headers = this.#headers();
    this.#closing.abort();
    if (session === undefined) return;
    const signal = AbortSignal.timeout(2000);
    try {
      (await send({ method: 'DELETE', url: this.#options.url, headers, signal })).resume();
    } catch {
      // It ends by itself when nobody uses it.
    }
  }
}

function explainStatus(status: number, body: string): string {
  if (status === 401)
    return 'the agent’s token is not valid (any more); make one with: plugboard agent token create';
  const message = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(body)?.[1];
  return `the server answered with status ${status}${message === undefined ? '' : `: ${message}`}`;
}
