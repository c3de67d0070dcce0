import type { IncomingHttpHeaders } from 'node:http';

import { AppError } from '@plugboard/contracts';

import { BodyCollector } from './body-collector.ts';
import type { Outgoing, Receiver } from './carrier.ts';
import { emptyFailure, formFailure, statusFailure, transportFailure } from './http-failure.ts';
import type { ResponseHandler } from './http-response.ts';
import { SseParser } from './sse-parser.ts';

/** What an exchange asks of the transport that it is part of. */
export interface ExchangeHost {
  readonly receiver: Receiver;
  readonly maxMessageBytes: number;
  /** The server no longer knows the session; answers whether the message will be sent again. */
  recoverSession(exchange: PostExchange): boolean;
  /** The session that an answer to `initialize` opens. */
  openSession(id: string | undefined): void;
  /** The server ended a stream before its answer, to be asked for it later (spec 2025-11-25). */
  continueStream(requestId: number, lastEventId: string, retryMs: number | undefined): void;
  /** The exchange has served its purpose and does not end by itself. */
  drop(exchange: PostExchange): void;
  /** The exchange is over; `reason` when the message was not taken. */
  finished(exchange: PostExchange, reason: Error | undefined): void;
}

/** How long a stream may stay open behind the answer, which should end it. */
const lingerMs = 5000;

/** One message sent by POST, and what comes back for it. */
export class PostExchange implements ResponseHandler {
  /** Tells it from the others of its transport. */
  readonly number: number;
  readonly outgoing: Outgoing;
  readonly sessionId: string | undefined;
  readonly isRetry: boolean;
  readonly #host: ExchangeHost;
  #body: BodyCollector | undefined;
  #events: SseParser | undefined;
  #retryMs: number | undefined;
  #linger: NodeJS.Timeout | undefined;
  /** The status, where an answer in the body would explain it. */
  #failure: Error | undefined;

  constructor(
    host: ExchangeHost,
    number: number,
    outgoing: Outgoing,
    sessionId: string | undefined,
    isRetry: boolean,
  ) {
    this.#host = host;
    this.number = number;
    this.outgoing = outgoing;
    this.sessionId = sessionId;
    this.isRetry = isRetry;
  }

  get #isModern(): boolean {
    return this.outgoing.mirrored !== undefined;
  }

  /** From where the stream can be continued; streams of the modern era cannot. */
  get #place(): string | undefined {
    return this.#isModern ? undefined : this.#events?.lastEventId;
  }

  onStart(status: number, headers: IncomingHttpHeaders): void {
    const { id, isHandshake } = this.outgoing;
    if (status === 404 && this.sessionId !== undefined) throw new SessionLost();
    if (status >= 300) this.#refuse(status, headers);
    if (id === undefined) return;
    const encoding = headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      throw new AppError('upstream_failed', 'the server answered compressed, unasked');
    }
    if (isHandshake === true && !this.#isModern && status < 300)
      this.#host.openSession(sessionIdOf(headers));
    const type = headers['content-type'] ?? '';
    if (type.startsWith('application/json')) {
      this.#body = new BodyCollector(this.#host.maxMessageBytes);
    } else if (type.startsWith('text/event-stream') && this.#failure === undefined) {
      this.#events = new SseParser({
        maxEventBytes: this.#host.maxMessageBytes,
        onEvent: ({ data }) => {
          if (data.length > 0) this.#takeEvent(data, id);
        },
        onRetry: (retryMs) => {
          this.#retryMs = retryMs;
        },
      });
    } else {
      throw this.#failure ?? formFailure(type);
    }
  }

  onData(chunk: Buffer): void {
    if (this.#events !== undefined) this.#events.push(chunk);
    else this.#body?.push(chunk);
  }

  onEnd(): void {
    clearTimeout(this.#linger);
    const { id } = this.outgoing;
    const { receiver } = this.#host;
    if (id !== undefined) {
      if (this.#body !== undefined) receiver.receive(this.#body.join(), id);
      if (receiver.isPending(id)) this.#leaveUnanswered(id);
    }
    this.#host.finished(this, undefined);
  }

  onError(error: Error): void {
    clearTimeout(this.#linger);
    const { id } = this.outgoing;
    if (error instanceof SessionLost && this.#host.recoverSession(this)) return;
    const reason = error instanceof SessionLost ? statusFailure(404) : transportFailure(error);
    const place = this.#place;
    if (id !== undefined && place !== undefined && reason.code !== 'payload_too_large') {
      this.#host.continueStream(id, place, this.#retryMs);
    } else if (id !== undefined) {
      this.#host.receiver.failRequest(id, reason);
    }
    this.#host.finished(this, reason);
  }

  #takeEvent(data: Buffer, id: number): void {
    const { receiver } = this.#host;
    receiver.receive(data, id);
    if (this.#linger !== undefined || receiver.isPending(id)) return;
    this.#linger = setTimeout(() => this.#host.drop(this), lingerMs).unref();
  }

  /** A client error may come with a JSON-RPC error that says more than its status. */
  #refuse(status: number, headers: IncomingHttpHeaders): void {
    const failure = statusFailure(status);
    const explains =
      status >= 400 &&
      status < 500 &&
      status !== 401 &&
      status !== 403 &&
      this.outgoing.id !== undefined &&
      headers['content-type']?.startsWith('application/json') === true;
    if (!explains) throw failure;
    this.#failure = failure;
  }

  #leaveUnanswered(id: number): void {
    const place = this.#place;
    if (place !== undefined) {
      this.#host.receiver.suspend(id, this.#retryMs);
      this.#host.continueStream(id, place, this.#retryMs);
      return;
    }
    this.#host.receiver.failRequest(id, this.#failure ?? emptyFailure());
  }
}

class SessionLost extends Error {}

function sessionIdOf(headers: IncomingHttpHeaders): string | undefined {
  const id = headers['mcp-session-id'];
  if (id === undefined) return undefined;
  if (typeof id !== 'string' || !/^[\x21-\x7e]{1,1024}$/.test(id)) {
    throw new AppError('upstream_failed', 'the server gave a session id that is not visible ASCII');
  }
  return id;
}
