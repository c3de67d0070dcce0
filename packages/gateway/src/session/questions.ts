import { AppError } from '@plugboard/contracts';
import { buildNotification, buildRequest, type Envelope } from '@plugboard/protocol';

import type { ClientQuestion } from '../call/call-client.ts';

/** What servers may have asked one client and not heard of yet. */
const maxOpen = 64;

interface Open {
  readonly settle: (answer: Envelope) => void;
  readonly fail: (error: AppError) => void;
  isDelivered: boolean;
}

/** What servers have asked the client of a session, here, and await its answers to. */
export class Questions {
  readonly #open = new Map<string, Open>();

  get size(): number {
    return this.#open.size;
  }

  /**
   * Asks under `id` by `send`, and resolves with the answer. Rejects with `AppError`: `cancelled` when
   * the question is void, `unavailable` when the client cannot be reached or is asked too much.
   */
  async ask(
    id: string,
    { method, params, signal }: ClientQuestion,
    send: (message: Buffer) => Promise<void> | void,
  ): Promise<Envelope> {
    if (signal.aborted) throw voided();
    if (this.#open.size >= maxOpen) {
      throw new AppError('unavailable', `This client has ${maxOpen} questions open already.`);
    }
    const { promise, resolve, reject } = Promise.withResolvers<Envelope>();
    this.#open.set(id, { settle: resolve, fail: reject, isDelivered: false });
    const withdraw = (): void => {
      reject(voided());
      const text = JSON.stringify({ requestId: id, reason: 'The server no longer waits.' });
      // The client may be gone as well: then there is nobody to be told.
      void Promise.resolve(
        send(buildNotification('notifications/cancelled', Buffer.from(text))),
      ).catch(() => undefined);
    };
    signal.addEventListener('abort', withdraw, { once: true });
    try {
      await send(buildRequest(JSON.stringify(id), method, params));
      return await promise;
    } finally {
      signal.removeEventListener('abort', withdraw);
      this.#open.delete(id);
    }
  }

  has(id: string): boolean {
    return this.#open.has(id);
  }

  /** Gives the answer to who asked; false when nobody here did, or no longer waits. */
  settle(id: string, answer: Envelope): boolean {
    const open = this.#open.get(id);
    open?.settle(answer);
    return open !== undefined;
  }

  /** Notes that another node has sent the question on. */
  noteDelivered(id: string): void {
    const open = this.#open.get(id);
    if (open) open.isDelivered = true;
  }

  /** Gives up a question that no node could send on. */
  failUndelivered(id: string): void {
    const open = this.#open.get(id);
    if (open && !open.isDelivered) open.fail(unreachable());
  }

  /** The session has ended. */
  close(): void {
    for (const { fail } of this.#open.values()) fail(unreachable());
  }
}

function unreachable(): AppError {
  return new AppError(
    'unavailable',
    'The client cannot be reached: it has no event stream open. It should accept text/event-stream, or open a stream by GET.',
  );
}

function voided(): AppError {
  return new AppError('cancelled', 'Nobody waits for the answer any more.');
}
