import { SseStream } from '@plugboard/protocol';

import type { StreamEvent } from '../ports.ts';
import { eventId, type EventPosition } from '../session/event-log.ts';
import type { Session } from '../session/session.ts';
import { type Exchange, refuse } from './exchange.ts';
import type { HttpServices } from './post.ts';
import { leaveStream } from './reply.ts';

type ResumeServices = Pick<HttpServices, 'logs' | 'streamStore' | 'onError'>;

/** How long another node may take to store what it has of a stream, in milliseconds. */
const handOverMs = 5_000;
/** How often a stream of another node is looked at when nothing is heard of it. */
const lookEveryMs = 5_000;
/** No call lasts longer than an hour. */
const followMs = 65 * 60_000;

export const unknownEvent =
  'Last-Event-ID names no event of this session, or one of a stream that is long over. Open a new stream without it, or send the request again.';

/** Goes on with the answer to a request whose stream broke, here or, by the store, on another node. */
export async function resumeAnswer(
  services: ResumeServices,
  { response }: Exchange,
  session: Session,
  position: EventPosition,
): Promise<void> {
  const log = session.logs.get(position.stream);
  if (log?.covers(position.seq)) {
    const connection = openStream(response, session);
    services.logs.revive(log);
    response.once('close', () => {
      leaveStream(log, connection, response, () => services.logs.retire(session, log));
    });
    log.resume(connection, position.seq);
    return;
  }
  if (log && position.seq > log.lastSeq) {
    refuse(response, 400, unknownEvent);
    return;
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const changes = new Changes(services, session, position.stream);
  try {
    const known = await fetchFrom(services, session, position, changes);
    if (gone.signal.aborted) return;
    if (!known) {
      refuse(response, 400, unknownEvent);
      return;
    }
    await follow(services, session, position, {
      connection: openStream(response, session),
      changes,
      gone: gone.signal,
    });
  } finally {
    changes[Symbol.dispose]();
  }
}

/** What another node, or a former run of this one, has of a stream behind an event of it. */
export async function fetchStream(
  services: ResumeServices,
  session: Session,
  position: EventPosition,
): Promise<readonly StreamEvent[]> {
  using changes = new Changes(services, session, position.stream);
  await fetchFrom(services, session, position, changes);
  return services.streamStore.readAfter(addressOf(session), position.stream, position.seq);
}

function openStream(response: Exchange['response'], session: Session): SseStream {
  return new SseStream(response, { headers: { 'mcp-session-id': session.id } });
}

/**
 * Has the store hold all of a stream, by asking the node that has it. Resolves to whether the event at
 * `position` was given out.
 */
async function fetchFrom(
  { streamStore }: ResumeServices,
  session: Session,
  { stream, seq }: EventPosition,
  changes: Changes,
): Promise<boolean> {
  const address = addressOf(session);
  const stored = await streamStore.readAfter(address, stream, -1);
  if (!stored.some(({ isLast }) => isLast)) {
    const before = changes.count;
    await session.logs.get(stream)?.handOver();
    if (changes.count === before) {
      await streamStore.want(address, stream);
      await changes.next(before, handOverMs);
    }
    // Nobody has it any more: its node is gone, and what it was to send with it.
    if (changes.count === before) return false;
  }
  const all = await streamStore.readAfter(address, stream, -1);
  return all.some((event) => event.seq >= seq);
}

/** Sends what the store has of a stream, and what it gets, until the last event or the client's leaving. */
async function follow(
  { streamStore, onError }: ResumeServices,
  session: Session,
  { stream, seq }: EventPosition,
  to: { readonly connection: SseStream; readonly changes: Changes; readonly gone: AbortSignal },
): Promise<void> {
  const { connection, changes, gone } = to;
  const giveUpAt = performance.now() + followMs;
  let last = seq;
  try {
    while (connection.isOpen && performance.now() < giveUpAt) {
      const before = changes.count;
      const events = await streamStore.readAfter(addressOf(session), stream, last);
      for (const { seq: each, body } of events) {
        last = each;
        if (body.length > 0) connection.send([body], { id: eventId({ stream, seq: each }) });
      }
      if (events.some(({ isLast }) => isLast) || session.isClosed) break;
      await changes.next(before, lookEveryMs, gone);
    }
  } catch (error) {
    // The client may come back once more, when the store answers again.
    onError(error);
  }
  connection.close();
}

function addressOf({ organizationId, idHash }: Session) {
  return { organizationId, idHash };
}

/** Counts what the store was given of one stream, from the moment it is made. */
class Changes implements Disposable {
  count = 0;
  #wake: (() => void) | undefined;
  readonly #stop: () => void;

  constructor({ streamStore }: ResumeServices, session: Session, stream: string) {
    this.#stop = streamStore.onAppended(({ organizationId, idHash }, name) => {
      if (name !== stream || organizationId !== session.organizationId) return;
      if (!idHash.equals(session.idHash)) return;
      this.count += 1;
      this.#wake?.();
    });
  }

  /** Resolves when there were more than `before`, after `ms` at the latest. */
  async next(before: number, ms: number, signal?: AbortSignal): Promise<void> {
    if (this.count > before || signal?.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => resolve();
    this.#wake = wake;
    const timer = setTimeout(wake, ms);
    signal?.addEventListener('abort', wake, { once: true });
    await promise;
    signal?.removeEventListener('abort', wake);
    clearTimeout(timer);
    this.#wake = undefined;
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}
