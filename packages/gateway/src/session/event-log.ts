import type { SseStream } from '@plugboard/protocol';

import type { SessionAddress, StreamEvent, StreamStore } from '../ports.ts';

/** What of a stream is remembered here, so that what its client lost can be sent again. */
const maxKeptBytes = 1024 * 1024;
const maxKeptEvents = 1000;
/** What of a broken stream waits in the store ahead of its answer. */
const maxStoredBytes = 4 * 1024 * 1024;
const maxStoredEvents = 1000;
/** When a client is to come back to a stream whose server did not say (SEP-1699). */
const defaultRetryMs = 1000;

export interface EventLogOptions {
  readonly session: SessionAddress;
  readonly store: StreamStore;
  /** Unguessable letters and digits. */
  readonly name: string;
  /** Whether the client knows events without data, which tell it where it is (MCP 2025-11-25). */
  readonly isPrimed: boolean;
  /** Whether so many bytes more may go to the store. */
  readonly maySpend: (bytes: number) => boolean;
  readonly onError: (error: unknown) => void;
}

/**
 * One event stream towards a client, which can come back for what it has not seen when its connection
 * broke: here, where the latest events are kept, or on any node, for from then on they go to the store.
 */
export class EventLog {
  readonly name: string;
  readonly #options: EventLogOptions;
  #connection: SseStream | undefined;
  #seq = 0;
  #hasEnded = false;
  #hasGivenId = false;
  #kept: StreamEvent[] = [];
  #keptBytes = 0;
  /** Whether events go to the store: the stream broke, or was interrupted on purpose. */
  #isStoring = false;
  #storedSeq = -1;
  #storedBytes = 0;
  #storedEvents = 0;
  #storing: Promise<void> = Promise.resolve();
  #toStore: StreamEvent[] = [];

  constructor(options: EventLogOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Whether the client has learned where to come back to. */
  get canResume(): boolean {
    return this.#hasGivenId;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get isStoring(): boolean {
    return this.#isStoring;
  }

  /** Memory that it takes. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  get lastSeq(): number {
    return this.#seq;
  }

  /** Begins the stream on a client's connection. */
  open(connection: SseStream): void {
    this.#connection = connection;
    if (!this.#options.isPrimed) return;
    connection.send([], { id: this.#id(this.#seq) });
    this.#hasGivenId = true;
  }

  /**
   * Sends a message, or keeps it for a client that is away. Answers false where that cannot be: nobody
   * can come back, or too much is waiting already. One that reads more slowly than the server speaks
   * goes without, for it must not lose the answer over it.
   */
  send(body: Buffer): boolean {
    return this.#add(body, { isAnswer: false, isLast: false });
  }

  /** Sends an answer, which is kept whatever is waiting already; the last one ends the stream. */
  answer(body: Buffer, { isLast }: { readonly isLast: boolean }): void {
    this.#add(body, { isAnswer: true, isLast });
    if (!isLast) return;
    this.#hasEnded = true;
    this.#connection?.close();
  }

  /** Ends the connection on purpose: the client comes back for the rest after `retryMs`. */
  suspend(retryMs = defaultRetryMs): void {
    const connection = this.#connection;
    if (!connection || this.#hasEnded || !this.#options.isPrimed) return;
    connection.send([], { id: this.#id(this.#seq), retry: retryMs });
    this.#hasGivenId = true;
    this.interrupt();
    connection.close();
  }

  /** The connection broke. What may not have been read goes to the store, with all that follows. */
  interrupt(): void {
    this.#connection = undefined;
    if (this.#isStoring || !this.#hasGivenId) return;
    this.#isStoring = true;
    const missing = this.#kept.filter(({ seq }) => seq > this.#storedSeq);
    const isFirst = this.#storedSeq < 0;
    this.#store(isFirst ? [beginning, ...missing] : missing);
  }

  /** The connection broke; nothing more will be sent unless the client comes back. */
  detach(): void {
    this.#connection = undefined;
  }

  /** Lets another node go on with the stream; resolves when the store has what was sent so far. */
  async handOver(): Promise<void> {
    const connection = this.#connection;
    this.interrupt();
    connection?.close();
    // Who asked for it hears of what is stored, and is to hear even when that is nothing new.
    this.#store([beginning]);
    await this.#storing;
  }

  /** Whether everything behind event `after` is remembered here. */
  covers(after: number): boolean {
    const [oldest] = this.#kept;
    return after <= this.#seq && after >= (oldest ? oldest.seq - 1 : this.#seq);
  }

  /** Goes on with the stream on another connection, from behind event `after`, which it must cover. */
  resume(connection: SseStream, after: number): void {
    const before = this.#connection;
    this.#connection = connection;
    this.#isStoring = false;
    before?.close();
    for (const event of this.#kept) {
      if (event.seq > after) connection.send([event.body], { id: this.#id(event.seq) });
    }
    if (this.#hasEnded) connection.close();
  }

  /** Whether it is this connection that the stream goes over. */
  isOver(connection: SseStream): boolean {
    return this.#connection === connection;
  }

  #add(
    body: Buffer,
    { isAnswer, isLast }: { readonly isAnswer: boolean; readonly isLast: boolean },
  ): boolean {
    if (this.#hasEnded) return false;
    if (!isAnswer && this.#connection?.isLagging === true) return false;
    const event = { seq: this.#seq + 1, body, isLast };
    if (this.#isStoring && !isAnswer) {
      if (this.#storedEvents >= maxStoredEvents) return false;
      if (this.#storedBytes + body.length > maxStoredBytes) return false;
    } else if (!this.#isStoring && !this.#connection) {
      return false;
    }
    this.#seq = event.seq;
    this.#keep(event);
    if (this.#isStoring) {
      this.#store([event]);
      return true;
    }
    this.#hasGivenId = true;
    this.#connection?.send([body], { id: this.#id(event.seq) });
    return true;
  }

  #keep(event: StreamEvent): void {
    this.#kept.push(event);
    this.#keptBytes += event.body.length;
    // The answer is kept however large it is.
    while (
      this.#kept.length > maxKeptEvents ||
      (this.#keptBytes > maxKeptBytes && this.#kept.length > 1)
    ) {
      this.#keptBytes -= this.#kept.shift()!.body.length;
    }
  }

  /** Writes in order; what comes while a write is under way goes with the next. */
  #store(candidates: readonly StreamEvent[]): void {
    const { maySpend } = this.#options;
    const events = candidates.filter(({ body }) => maySpend(body.length));
    const last = events.at(-1);
    if (!last) return;
    this.#storedSeq = Math.max(this.#storedSeq, last.seq);
    for (const { body } of events) this.#storedBytes += body.length;
    this.#storedEvents += events.length;
    const isUnderWay = this.#toStore.length > 0;
    this.#toStore.push(...events);
    if (isUnderWay) return;
    this.#storing = this.#storing.then(() => this.#flush()).catch(this.#options.onError);
  }

  async #flush(): Promise<void> {
    const events = this.#toStore;
    this.#toStore = [];
    const { session, store } = this.#options;
    await store.append(session, this.name, events);
  }

  #id(seq: number): string {
    return eventId({ stream: this.name, seq });
  }
}

const beginning: StreamEvent = { seq: 0, body: Buffer.alloc(0), isLast: false };

/** An event by its stream and place, as its id says. */
export interface EventPosition {
  readonly stream: string;
  readonly seq: number;
}

/** Reads an event's id; undefined for one that was never given out. */
export function parseEventId(id: string): EventPosition | undefined {
  const match = /^([a-z\d]{8,64})_(\d{1,9})$/.exec(id);
  const [, stream, seq] = match ?? [];
  return stream === undefined || seq === undefined ? undefined : { stream, seq: Number(seq) };
}

export function eventId({ stream, seq }: EventPosition): string {
  return `${stream}_${seq}`;
}
