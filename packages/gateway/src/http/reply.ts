import type { ServerResponse } from 'node:http';

import { buildError, sendJson, SseStream } from '@plugboard/protocol';

import type { RpcError } from '../call/rpc-error.ts';
import type { EventLog } from '../session/event-log.ts';

/** After this long without an answer, an event stream is opened so that proxies see life. */
const quietMs = 10_000;

/** Where the answers to a client's requests go, and what comes before them. */
export interface ReplySink {
  /** Sends a notification ahead of the answer; a client that takes no streams does without. */
  message(bytes: Buffer): void;
  /** Sends a server's request; false when the client cannot be reached so. */
  question(bytes: Buffer): boolean;
  /** Sends the answer to one request, a JSON-RPC message in parts. */
  answer(parts: readonly Buffer[]): void;
  /** Answers the request with that id with an error. */
  fail(id: string, error: RpcError, status?: number): void;
  /** The answer will take a while: the client may go, and come back after so many milliseconds. */
  suspend(retryMs: number | undefined): void;
}

export interface ReplyOptions {
  /** Whether the client takes event streams. */
  readonly mayStream: boolean;
  /** Makes the stream, when it is first needed. */
  readonly openLog: () => EventLog;
  /** The stream is over, or broken for good. */
  readonly retireLog: (log: EventLog) => void;
  /** The client has left and cannot come back for the answer. */
  readonly onGone: () => void;
  /** How many requests a batch holds (MCP 2025-03-26); undefined for one request by itself. */
  readonly batchOf?: number | undefined;
}

/**
 * The answer to one POST: plain JSON when nothing precedes it, an event stream from the first
 * message that does (Streamable HTTP, "Sending Messages to the Server"). A client whose stream breaks
 * can come back for the rest of it; a request is not cancelled by that.
 */
export class Reply implements ReplySink, Disposable {
  readonly #response: ServerResponse;
  readonly #options: ReplyOptions;
  readonly #quiet: NodeJS.Timeout | undefined;
  #unanswered: number;
  #log: EventLog | undefined;
  #connection: SseStream | undefined;
  #answers: (readonly Buffer[])[] | undefined;

  constructor(response: ServerResponse, options: ReplyOptions) {
    this.#response = response;
    this.#options = options;
    this.#unanswered = options.batchOf ?? 1;
    if (options.mayStream) this.#quiet = setTimeout(() => this.#openStream(), quietMs).unref();
    response.once('close', () => this.#closed());
  }

  message(bytes: Buffer): void {
    this.question(bytes);
  }

  question(bytes: Buffer): boolean {
    return this.#options.mayStream && this.#openStream().send(bytes);
  }

  answer(parts: readonly Buffer[]): void {
    this.#send(parts, 200);
  }

  fail(id: string, error: RpcError, status = 200): void {
    this.#send([buildError(id, error.code, error.message, error.data)], status);
  }

  suspend(retryMs: number | undefined): void {
    if (this.#options.mayStream && this.#options.batchOf === undefined) {
      this.#openStream().suspend(retryMs);
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#quiet);
  }

  #send(parts: readonly Buffer[], status: number): void {
    this.#unanswered -= 1;
    const isLast = this.#unanswered === 0;
    if (isLast) clearTimeout(this.#quiet);
    if (this.#log) {
      this.#log.answer(join(parts), { isLast });
      if (isLast && this.#log.isStoring) this.#options.retireLog(this.#log);
    } else if (this.#options.batchOf === undefined) {
      sendJson(this.#response, status, parts);
    } else {
      this.#answers ??= [];
      this.#answers.push(parts);
      if (isLast) sendJson(this.#response, 200, asArray(this.#answers));
    }
  }

  #openStream(): EventLog {
    if (this.#log) return this.#log;
    const log = this.#options.openLog();
    this.#log = log;
    this.#connection = new SseStream(this.#response);
    log.open(this.#connection);
    // What was answered while there was no stream goes on it now.
    for (const parts of this.#answers ?? []) log.answer(join(parts), { isLast: false });
    this.#answers = undefined;
    return log;
  }

  #closed(): void {
    clearTimeout(this.#quiet);
    const log = this.#log;
    const connection = this.#connection;
    if (!log || !connection) {
      if (!this.#response.writableFinished) this.#options.onGone();
      return;
    }
    const { canResume } = log;
    leaveStream(log, connection, this.#response, this.#options.retireLog);
    if (!log.hasEnded && !canResume) this.#options.onGone();
  }
}

/** What becomes of a stream when one of its connections has closed. */
export function leaveStream(
  log: EventLog,
  connection: SseStream,
  response: ServerResponse,
  retire: (log: EventLog) => void,
): void {
  // Its client came back by another already, or was sent away on purpose.
  if (!log.isOver(connection)) return;
  if (log.hasEnded && response.writableFinished) log.detach();
  else log.interrupt();
  if (log.hasEnded || !log.canResume) retire(log);
}

function join(parts: readonly Buffer[]): Buffer {
  const [only] = parts;
  return only && parts.length === 1 ? only : Buffer.concat(parts);
}

function asArray(answers: readonly (readonly Buffer[])[]): Buffer[] {
  const parts: Buffer[] = [];
  for (const answer of answers) parts.push(parts.length === 0 ? opening : comma, ...answer);
  parts.push(closing);
  return parts;
}

const opening = Buffer.from('[');
const comma = Buffer.from(',');
const closing = Buffer.from(']');
