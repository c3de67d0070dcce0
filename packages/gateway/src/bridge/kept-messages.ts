import { type Envelope, readEnvelope } from '@plugboard/protocol';

/** In number and bytes. */
const most = { messages: 64, bytes: 256 * 1024 } as const;

/** The latest of what a server said while nobody listened. */
export class KeptMessages {
  #messages: Envelope[] = [];
  #bytes = 0;

  add({ bytes }: Envelope): void {
    // Copied: a view would keep the whole chunk alive that it came in.
    this.#messages.push(readEnvelope(Buffer.from(bytes)));
    this.#bytes += bytes.length;
    while (this.#messages.length > most.messages || this.#bytes > most.bytes) {
      this.#bytes -= this.#messages.shift()?.bytes.length ?? this.#bytes;
    }
  }

  takeAll(): readonly Envelope[] {
    const messages = this.#messages;
    this.#messages = [];
    this.#bytes = 0;
    return messages;
  }
}
