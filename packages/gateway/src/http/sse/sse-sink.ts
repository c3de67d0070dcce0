import { buildError } from '@plugboard/protocol';

import type { RpcError } from '../../call/rpc-error.ts';
import type { SessionRelay } from '../../session/relay.ts';
import type { Session } from '../../session/session.ts';
import type { ReplySink } from '../reply.ts';

/** Answers on the one stream of a session, on whichever node that is, in the order of the answering. */
export class SseSink implements ReplySink {
  readonly #relay: Pick<SessionRelay, 'tell'>;
  readonly #session: Session;
  readonly #onError: (error: unknown) => void;
  #sent: Promise<void> | undefined;

  constructor(
    { relay, onError }: { relay: Pick<SessionRelay, 'tell'>; onError: (error: unknown) => void },
    session: Session,
  ) {
    this.#relay = relay;
    this.#session = session;
    this.#onError = onError;
  }

  message(bytes: Buffer): void {
    if (!this.#sent && this.#session.send(bytes)) return;
    this.#sent = (this.#sent ?? Promise.resolve())
      .then(() => this.#relay.tell(this.#session, bytes))
      .catch(this.#onError);
  }

  question(bytes: Buffer): boolean {
    return this.#session.send(bytes);
  }

  answer(parts: readonly Buffer[]): void {
    this.message(Buffer.concat(parts));
  }

  fail(id: string, error: RpcError): void {
    this.message(buildError(id, error.code, error.message, error.data));
  }

  suspend(): void {
    // This transport has no way back to a stream.
  }
}
