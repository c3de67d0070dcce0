import type { IncomingHttpHeaders } from 'node:http';

import { AppError } from '@plugboard/contracts';

import type { Carrier, Outgoing, Receiver } from './carrier.ts';
import type { SseOptions } from './connect-sse.ts';
import { flattenHeaders, HttpEndpoint } from './http-endpoint.ts';
import { formFailure, statusFailure, transportFailure } from './http-failure.ts';
import { HttpResponse, type ResponseHandler } from './http-response.ts';
import { type SseEvent, SseParser } from './sse-parser.ts';

export class SseCarrier implements Carrier {
  readonly mirrors = false;
  readonly #options: SseOptions;
  readonly #receiver: Receiver;
  readonly #url: URL;
  readonly #stream: HttpResponse;
  readonly #posts = new Set<HttpResponse>();
  readonly #postHeaders: string[];
  /** Where messages go, once the server has said so. */
  #target: HttpEndpoint | undefined;
  #waiting: Outgoing[] = [];

  constructor(options: SseOptions, receiver: Receiver) {
    this.#options = options;
    this.#receiver = receiver;
    this.#url = new URL(options.url);
    const own = { 'accept-encoding': 'identity', 'content-type': 'application/json' };
    this.#postHeaders = flattenHeaders(options.headers ?? {}, { accept: '*/*', ...own });
    this.#stream = new HttpResponse(this.#listen());
    const accept = 'text/event-stream';
    const headers = flattenHeaders(options.headers ?? {}, {
      'accept-encoding': 'identity',
      accept,
    });
    // Not before the connection above is complete: it may fail at once.
    queueMicrotask(() => {
      this.#endpointAt(this.#url).dispatch('GET', headers, null, this.#stream);
    });
  }

  send(outgoing: Outgoing): void {
    if (this.#target === undefined) this.#waiting.push(outgoing);
    else this.#post(this.#target, outgoing);
  }

  abandon(id: number): boolean {
    const waiting = this.#waiting.filter((outgoing) => outgoing.id !== id);
    const wasSent = waiting.length === this.#waiting.length;
    this.#waiting = waiting;
    return !wasSent;
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  async close(): Promise<void> {
    this.#waiting = [];
    this.#stream.abort();
    for (const post of this.#posts) post.abort();
    this.#posts.clear();
  }

  #listen(): ResponseHandler {
    const parser = new SseParser({
      maxEventBytes: this.#options.maxMessageBytes ?? 32 * 1024 * 1024,
      onEvent: (event) => this.#take(event),
    });
    return {
      onStart: (status: number, headers: IncomingHttpHeaders) => {
        const type = headers['content-type'] ?? '';
        if (status !== 200) throw statusFailure(status);
        if (!type.startsWith('text/event-stream')) throw formFailure(type);
      },
      onData: (chunk) => parser.push(chunk),
      onEnd: () =>
        this.#receiver.fail(new AppError('upstream_failed', 'the server ended its event stream')),
      onError: (error) => this.#receiver.fail(transportFailure(error)),
    };
  }

  #take(event: SseEvent): void {
    if (event.type === 'endpoint') this.#takeEndpoint(event.data.toString());
    else if (event.type === 'message' && event.data.length > 0) this.#receiver.receive(event.data);
  }

  #takeEndpoint(address: string): void {
    if (this.#target !== undefined) return; // there is one per stream
    const url = URL.parse(address, this.#url.href);
    // Anything else would send credentials, and requests from inside, wherever the server likes.
    if (url === null || url.origin !== this.#url.origin) {
      throw new AppError(
        'upstream_failed',
        'the server named an endpoint for messages that is not of its own origin',
      );
    }
    this.#target = this.#endpointAt(url);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const outgoing of waiting) this.#post(this.#target, outgoing);
  }

  #endpointAt(url: URL): HttpEndpoint {
    return new HttpEndpoint(this.#options.dispatcher, url, this.#options.authorization);
  }

  #post(target: HttpEndpoint, { message, id }: Outgoing): void {
    const fail = (error: Error): void => {
      this.#posts.delete(response);
      if (id !== undefined) this.#receiver.failRequest(id, transportFailure(error));
    };
    const response = new HttpResponse({
      onStart: (status) => {
        if (status >= 300) throw statusFailure(status);
      },
      onData: () => {}, // the answer comes by the stream
      onEnd: () => void this.#posts.delete(response),
      onError: fail,
    });
    this.#posts.add(response);
    target.dispatch('POST', this.#postHeaders, message, response);
  }
}
