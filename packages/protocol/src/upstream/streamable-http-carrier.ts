import { BriefMap } from '../brief-map.ts';
import type { Carrier, Outgoing, Receiver } from './carrier.ts';
import type { StreamableHttpOptions } from './connect-streamable-http.ts';
import { flattenHeaders, HttpEndpoint } from './http-endpoint.ts';
import { statusFailure } from './http-failure.ts';
import { HttpResponse } from './http-response.ts';
import { ListenStream } from './listen-stream.ts';
import { type ExchangeHost, PostExchange } from './post-exchange.ts';
import type { UpstreamHello } from './upstream.ts';

/** How long closing waits for the server to take note of it. */
const farewellMs = 2000;

/**
 * How long the first requests wait for the answer to listening. Many servers give it with the first
 * event only, so this is a head start rather than a certainty.
 */
const listeningMs = 50;

const json = 'application/json';
const anyAnswer = 'application/json, text/event-stream';

interface ExchangeUnderWay {
  readonly exchange: PostExchange;
  readonly response: HttpResponse;
}

export class StreamableHttpCarrier implements Carrier, ExchangeHost {
  readonly mirrors = true;
  readonly receiver: Receiver;
  readonly maxMessageBytes: number;
  readonly #endpoint: HttpEndpoint;
  readonly #extraHeaders: Readonly<Record<string, string>>;
  readonly #listens: boolean;
  /** Repeats the handshake. */
  readonly #renew: () => Promise<unknown>;
  readonly #exchanges = new BriefMap<number, ExchangeUnderWay>();
  #lastExchange = 0;
  readonly #continued = new Map<number, ListenStream>();
  /** What waits for the handshake, while there is one. */
  #waiting: { readonly outgoing: Outgoing; readonly isRetry: boolean }[] | undefined;
  #postHeaders: string[] = [];
  #sessionId: string | undefined;
  #protocolVersion: string | undefined;
  #isModern = false;
  #listening: ListenStream | undefined;
  #isClosed = false;

  constructor(options: StreamableHttpOptions, receiver: Receiver, renew: () => Promise<unknown>) {
    this.receiver = receiver;
    this.maxMessageBytes = options.maxMessageBytes ?? 32 * 1024 * 1024;
    this.#endpoint = new HttpEndpoint(
      options.dispatcher,
      new URL(options.url),
      options.authorization,
    );
    this.#extraHeaders = options.headers ?? {};
    this.#listens = options.listen ?? true;
    this.#renew = renew;
    this.#prepareHeaders();
  }

  send(outgoing: Outgoing): void {
    // What is neither request nor notification is an answer, which modern servers do not take.
    if (this.#isModern && outgoing.mirrored === undefined) return;
    if (this.#waiting !== undefined && outgoing.isHandshake !== true) {
      this.#waiting.push({ outgoing, isRetry: false });
    } else {
      this.#post(outgoing, false);
    }
  }

  abandon(id: number): boolean {
    for (const { exchange } of this.#exchanges.values()) {
      if (exchange.outgoing.id === id) this.drop(exchange);
    }
    this.#stopContinued(id);
    return this.#isModern; // there the end of its stream cancels a request
  }

  pause(): void {
    for (const { response } of this.#exchanges.values()) response.pause();
    this.#listening?.pause();
  }

  resume(): void {
    for (const { response } of this.#exchanges.values()) response.resume();
    this.#listening?.resume();
  }

  ready({ era, protocolVersion }: UpstreamHello): void {
    this.#isModern = era === 'modern';
    if (this.#isModern) {
      this.#sessionId = undefined;
      return;
    }
    this.#protocolVersion = protocolVersion;
    this.#prepareHeaders();
    this.#waiting ??= []; // until the server has taken `notifications/initialized`
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#listening?.close();
    for (const id of this.#continued.keys()) this.#stopContinued(id);
    for (const { response } of this.#exchanges.takeAll()) response.abort();
    if (this.#sessionId !== undefined) await this.#sayFarewell();
  }

  openSession(id: string | undefined): void {
    this.#sessionId = id;
    this.#prepareHeaders();
  }

  recoverSession(exchange: PostExchange): boolean {
    const { outgoing, isRetry } = exchange;
    if (isRetry || outgoing.isHandshake === true || this.#isClosed) return false;
    this.#exchanges.take(exchange.number);
    if (this.#waiting === undefined && exchange.sessionId !== this.#sessionId) {
      this.#post(outgoing, true); // another request found out first, and there is a new session
      return true;
    }
    if (this.#waiting === undefined) this.#startRenewal();
    this.#waiting?.push({ outgoing, isRetry: true });
    return true;
  }

  continueStream(requestId: number, lastEventId: string, retryMs: number | undefined): void {
    if (!this.receiver.isPending(requestId) || this.#isClosed) return;
    const stream = new ListenStream({
      open: (place, handler) =>
        this.#endpoint.send('GET', this.#headers('text/event-stream', place), null, handler),
      onData: (data) => {
        this.receiver.receive(data, requestId);
        if (!this.receiver.isPending(requestId)) this.#stopContinued(requestId);
      },
      isWanted: () => this.receiver.isPending(requestId),
      onEnded: (retry) => this.receiver.suspend(requestId, retry),
      onRefused: (reason) => {
        this.#stopContinued(requestId);
        this.receiver.failRequest(requestId, reason);
      },
      maxMessageBytes: this.maxMessageBytes,
      lastEventId,
      retryMs,
    });
    this.#continued.set(requestId, stream);
    stream.connectLater();
  }

  finished(exchange: PostExchange, reason: Error | undefined): void {
    this.#exchanges.take(exchange.number);
    const { outgoing } = exchange;
    if (outgoing.isHandshake !== true || outgoing.id !== undefined) return;
    if (reason === undefined) this.#finishHandshake();
    else this.receiver.fail(reason);
  }

  drop(exchange: PostExchange): void {
    this.#exchanges.take(exchange.number)?.response.abort();
  }

  #post(outgoing: Outgoing, isRetry: boolean): void {
    const { mirrored, message } = outgoing;
    const headers = mirrored === undefined ? this.#postHeaders : this.#modernHeaders(mirrored);
    const sessionId = mirrored === undefined ? this.#sessionId : undefined;
    this.#lastExchange += 1;
    const exchange = new PostExchange(this, this.#lastExchange, outgoing, sessionId, isRetry);
    const response = new HttpResponse(exchange);
    this.#exchanges.add(exchange.number, { exchange, response });
    this.#endpoint.dispatch('POST', headers, message, response);
  }

  #startRenewal(): void {
    this.#waiting = [];
    this.#sessionId = undefined;
    this.#protocolVersion = undefined;
    this.#listening?.close();
    this.#listening = undefined;
    this.#prepareHeaders();
    this.#renew().catch((error: unknown) => {
      this.receiver.fail(error instanceof Error ? error : statusFailure(404));
    });
  }

  #finishHandshake(): void {
    if (this.#listens && !this.#isClosed) this.#listen();
    else this.#sendWaiting();
  }

  #sendWaiting(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const { outgoing, isRetry } of waiting) {
      const { id } = outgoing;
      if (id === undefined || this.receiver.isPending(id)) this.#post(outgoing, isRetry);
    }
  }

  /**
   * Listens for what belongs to no request. A server may not offer that, which is fine. Requests go
   * out after it: what a server asks there because of one is lost when nobody listens.
   */
  #listen(): void {
    const goOn = (): void => {
      clearTimeout(timer);
      if (this.#listening === stream) this.#sendWaiting();
    };
    const timer = setTimeout(goOn, listeningMs).unref();
    const stream = new ListenStream({
      open: (place, handler) =>
        this.#endpoint.send('GET', this.#headers('text/event-stream', place), null, handler),
      onData: (data) => this.receiver.receive(data),
      isWanted: () => this.#listening === stream && !this.#isClosed,
      onRefused: () => {
        if (this.#listening === stream) this.#listening = undefined;
      },
      onFirstAnswer: goOn,
      maxMessageBytes: this.maxMessageBytes,
    });
    this.#listening = stream;
    stream.connect();
  }

  #stopContinued(id: number): void {
    this.#continued.get(id)?.close();
    this.#continued.delete(id);
  }

  #sayFarewell(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const response = this.#endpoint.send('DELETE', this.#headers('*/*', undefined), null, {
      onStart: () => {},
      onData: () => {},
      onEnd: done,
      onError: done, // the session ends by itself then
    });
    const timer = setTimeout(() => {
      response.abort();
      resolve();
    }, farewellMs);
    return promise;
  }

  #prepareHeaders(): void {
    this.#postHeaders = [...this.#headers(anyAnswer, undefined), 'content-type', json];
  }

  #modernHeaders(mirrored: Readonly<Record<string, string>>): string[] {
    return flattenHeaders(this.#extraHeaders, mirrored, {
      accept: anyAnswer,
      'accept-encoding': 'identity',
      'content-type': json,
    });
  }

  #headers(accept: string, lastEventId: string | undefined): string[] {
    return flattenHeaders(this.#extraHeaders, {
      accept,
      'accept-encoding': 'identity',
      'mcp-session-id': this.#sessionId,
      'mcp-protocol-version': this.#protocolVersion,
      'last-event-id': lastEventId,
    });
  }
}
