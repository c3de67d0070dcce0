import { AppError } from '@plugboard/contracts';

import { BriefMap } from '../brief-map.ts';
import { buildError, buildNotification, buildRequest, buildResult } from '../envelope/build.ts';
import { EnvelopeError, rpcCodes } from '../envelope/envelope-error.ts';
import { type Envelope, idText, integerId, readInteger } from '../envelope/envelope.ts';
import { readEnvelope } from '../envelope/read-envelope.ts';
import { JsonSyntaxError } from '../json/json-syntax-error.ts';
import { splice } from '../json/splice.ts';
import { mirroredHeaders } from '../modern/mirrored-headers.ts';
import type { RequestMetaText } from '../modern/splice-meta.ts';
import type { Carrier, Outgoing, Receiver } from './carrier.ts';
import { errorUnderId } from './error-under-id.ts';
import { modernHeaders, modernParams } from './modern-request.ts';
import { Pending, type PendingLimits } from './pending.ts';
import { progressTokenOf, withOwnProgressToken } from './progress-token.ts';
import { hasBatches, splitBatch } from './split-batch.ts';
import { subscriptionOf } from './subscription-of.ts';
import type {
  MessageHandler,
  Stray,
  Upstream,
  UpstreamHello,
  UpstreamOptions,
  UpstreamRequest,
} from './upstream.ts';

/** A connection over any transport: ids, time-outs, cancellation, progress, and who hears what. */
export class Connection implements Upstream, Receiver {
  onMessage: MessageHandler | undefined;
  onRequest: MessageHandler | undefined;
  readonly closed: Promise<Error | undefined>;
  readonly #settleClosed: (reason: Error | undefined) => void;
  readonly #carrier: Carrier;
  readonly #limits: PendingLimits;
  readonly #onStray: ((stray: Stray) => void) | undefined;
  readonly #strays = { garbage: 0, unknown_id: 0, blank: 0 };
  readonly #pending = new BriefMap<number, Pending>();
  #nextId = 1;
  #holds = 0;
  #ended: Error | undefined;
  #closing: Promise<void> | undefined;
  #hello: UpstreamHello | undefined;
  /** What our own requests say of their client; set on connections of the modern era. */
  #meta: RequestMetaText | undefined;

  constructor(options: UpstreamOptions, createCarrier: (receiver: Connection) => Carrier) {
    const { promise, resolve } = Promise.withResolvers<Error | undefined>();
    this.closed = promise;
    this.#settleClosed = resolve;
    this.onMessage = options.onMessage;
    this.onRequest = options.onRequest;
    this.#onStray = options.onStray;
    this.#limits = {
      timeoutMs: options.requestTimeoutMs ?? 60_000,
      maxTotalMs: options.maxTotalMs ?? 600_000,
    };
    this.#carrier = createCarrier(this);
  }

  get hello(): UpstreamHello {
    if (this.#hello === undefined) throw new Error('the handshake is not done yet');
    return this.#hello;
  }

  get mirrorsParams(): boolean {
    return this.#meta !== undefined && this.#carrier.mirrors;
  }

  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  get inFlight(): number {
    return this.#pending.size;
  }

  /**
   * Takes the outcome of a handshake; a transport may repeat it when the server lost its session.
   * `meta` makes the connection one of the modern era.
   */
  welcome(hello: UpstreamHello, meta?: RequestMetaText): void {
    this.#hello = hello;
    this.#meta = meta;
    this.#carrier.ready?.(hello);
  }

  request(request: UpstreamRequest): Promise<Envelope> {
    return this.#send(request, this.#meta, false);
  }

  /** Sends a request that finds out how to speak; of the modern era when there is `meta`. */
  probe(request: UpstreamRequest, meta?: RequestMetaText): Promise<Envelope> {
    return this.#send(request, meta, true);
  }

  notify(method: string, params?: Buffer, isHandshake = false): void {
    const version = this.#meta?.protocolVersion;
    const mirrored =
      version !== undefined && this.#carrier.mirrors
        ? { 'mcp-protocol-version': version, ...mirroredHeaders(method, params) }
        : undefined;
    this.#trySend({ message: buildNotification(method, params), isHandshake, mirrored });
  }

  respond(message: Buffer): void {
    this.#trySend({ message });
  }

  receive(bytes: Buffer, requestId?: number): void {
    if (this.#ended !== undefined) return;
    let message: Envelope;
    try {
      message = readEnvelope(bytes);
    } catch (error) {
      if (!(error instanceof EnvelopeError)) throw error;
      if (error.fault === 'batch' && hasBatches(this.#hello?.protocolVersion))
        this.#unpack(bytes, requestId);
      else this.#stray('garbage', bytes);
      return;
    }
    if (message.kind === 'result' || message.kind === 'error') this.#settle(message, requestId);
    else if (message.kind === 'request') this.#serve(message, requestId);
    else if (message.method === 'notifications/progress') this.#progress(message);
    else this.#hear(message, requestId);
  }

  blank(): void {
    this.#stray('blank', Buffer.alloc(0));
  }

  isPending(id: number): boolean {
    return this.#pending.has(id);
  }

  suspend(id: number, retryMs: number | undefined): void {
    this.#pending.get(id)?.request.onSuspend?.(retryMs);
  }

  failRequest(id: number, reason: Error): void {
    this.#pending.take(id)?.reject(reason);
  }

  fail(reason: Error): void {
    void this.#end(reason, reason);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#end(new AppError('upstream_failed', 'the connection was closed'), undefined);
  }

  /** `forCallers` is what requests are told, `reason` what `closed` settles with. */
  #end(forCallers: Error, reason: Error | undefined): Promise<void> {
    if (this.#closing !== undefined) return this.#closing;
    this.#ended = forCallers;
    for (const pending of this.#pending.takeAll()) pending.reject(forCallers);
    this.#closing = this.#carrier.close(reason).finally(() => this.#settleClosed(reason));
    return this.#closing;
  }

  #send(
    request: UpstreamRequest,
    meta: RequestMetaText | undefined,
    isHandshake: boolean,
  ): Promise<Envelope> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (request.signal?.aborted === true) {
      return Promise.reject(new AppError('cancelled', 'the request was cancelled before it began'));
    }
    const id = this.#nextId;
    this.#nextId += 1;
    let pending: Pending | undefined;
    try {
      const said = meta === undefined ? request.params : modernParams(request.params, meta);
      const mirrored =
        meta && said && this.#carrier.mirrors ? modernHeaders(request, said) : undefined;
      const { params, token } = withOwnProgressToken(said, id);
      const message = buildRequest(String(id), request.method, params);
      pending = new Pending(
        id,
        request,
        token,
        {
          timeoutMs: request.timeoutMs ?? this.#limits.timeoutMs,
          maxTotalMs: request.maxTotalMs ?? this.#limits.maxTotalMs,
        },
        isHandshake ? this.#abandonQuietly : this.#abandon,
      );
      this.#pending.add(id, pending);
      this.#carrier.send({ message, id, isHandshake, mirrored });
      return pending.answer;
    } catch (cause) {
      const reason = asRequestFailure(cause);
      if (pending === undefined) return Promise.reject(reason);
      this.failRequest(id, reason);
      return pending.answer;
    }
  }

  /** Takes a batch apart, as the revisions that have them want it. */
  #unpack(bytes: Buffer, requestId: number | undefined): void {
    const messages = splitBatch(bytes);
    if (messages === undefined) this.#stray('garbage', bytes);
    else for (const message of messages) this.receive(message, requestId);
  }

  #settle(message: Envelope, requestId: number | undefined): void {
    // Without an id the server did not read what it answers; its stream tells.
    const isUnread = message.id === undefined && requestId !== undefined;
    const id = isUnread ? requestId : integerId(message);
    const pending = id === undefined ? undefined : this.#pending.take(id);
    if (pending === undefined) this.#stray('unknown_id', message.bytes);
    else pending.resolve(isUnread ? errorUnderId(message, pending.id) : message);
  }

  #serve(message: Envelope, requestId: number | undefined): void {
    if (message.method !== 'ping' && this.#meta === undefined) {
      const own = requestId === undefined ? undefined : this.#pending.get(requestId);
      const handler = own?.request.onRequest ?? this.onRequest;
      if (handler !== undefined) {
        this.#deliver(handler, message);
        return;
      }
    }
    const id = idText(message) ?? 'null';
    this.respond(
      message.method === 'ping'
        ? buildResult(id, '{}')
        : buildError(id, rpcCodes.methodNotFound, 'this client serves no such method'),
    );
  }

  /** Gives a progress notification back the caller's own token. */
  #progress(message: Envelope): void {
    const token = progressTokenOf(message);
    const id = token && readInteger(message.bytes, token);
    const pending = id === undefined ? undefined : this.#pending.get(id);
    if (token === undefined || pending?.progressToken === undefined) {
      this.#stray('unknown_id', message.bytes);
      return;
    }
    pending.touch();
    const { onMessage } = pending.request;
    if (onMessage === undefined) return;
    const edit = { range: token, replacement: pending.progressToken };
    this.#deliver(onMessage, readEnvelope(splice(message.bytes, [edit])));
  }

  #hear(message: Envelope, requestId: number | undefined): void {
    const ownerId = requestId ?? (this.#meta === undefined ? undefined : subscriptionOf(message));
    const own = ownerId === undefined ? undefined : this.#pending.get(ownerId);
    const handler = own?.request.onMessage ?? this.onMessage;
    if (handler !== undefined) this.#deliver(handler, message);
  }

  #deliver(handler: MessageHandler, message: Envelope): void {
    try {
      const held = handler(message);
      if (held === undefined) return;
      if (this.#holds === 0) this.#carrier.pause();
      this.#holds += 1;
      held.then(this.#letGo, this.#handlerFailed);
    } catch (error) {
      this.#handlerFailed(error);
    }
  }

  readonly #letGo = (): void => {
    this.#holds -= 1;
    if (this.#holds === 0 && this.#ended === undefined) this.#carrier.resume();
  };

  readonly #handlerFailed = (cause: unknown): void => {
    this.fail(new Error('a handler of messages failed', { cause }));
  };

  readonly #abandon = (pending: Pending, reason: AppError): void => {
    this.failRequest(pending.id, reason);
    if (this.#carrier.abandon(pending.id)) return;
    const why = JSON.stringify({ requestId: pending.id, reason: reason.message });
    this.notify('notifications/cancelled', Buffer.from(why));
  };

  /** A client must not cancel `initialize` (spec 2025-11-25, cancellation). */
  readonly #abandonQuietly = (pending: Pending, reason: AppError): void => {
    this.failRequest(pending.id, reason);
    this.#carrier.abandon(pending.id);
  };

  #trySend(outgoing: Outgoing): void {
    if (this.#ended !== undefined) return;
    try {
      this.#carrier.send(outgoing);
    } catch (error) {
      // What has no answer has nobody to tell; a server that takes nothing more is of no use.
      this.fail(error instanceof Error ? error : new Error('sending failed', { cause: error }));
    }
  }

  #stray(kind: Stray['kind'], bytes: Buffer): void {
    this.#strays[kind] += 1;
    this.#onStray?.({ kind, count: this.#strays[kind], bytes });
  }
}

function asRequestFailure(cause: unknown): Error {
  if (cause instanceof JsonSyntaxError) {
    return new AppError('invalid_input', `"params" cannot be read: ${cause.message}`, { cause });
  }
  return cause instanceof Error ? cause : new Error('sending failed', { cause });
}
