import { BriefMap } from '@plugboard/protocol';

import type { Endpoint } from '../endpoint.ts';
import type { AgentIdentity } from '../ports.ts';
import type { Toolset } from '../toolset/toolset.ts';

/** Where messages to a client go: its open GET stream. */
export interface MessageStream {
  send(message: Buffer): void;
  close(): void;
}

/** Lists whose change a client can be told of. */
export const listNouns = ['tools', 'prompts', 'resources'] as const;

export type ListNoun = (typeof listNouns)[number];

/** A legacy client's session while it is in use here. What must outlive that is in the store. */
export class Session {
  readonly id: string;
  readonly idHash: Buffer;
  readonly identity: AgentIdentity;
  readonly endpoint: Endpoint;
  readonly protocolVersion: string;
  logLevel: string | undefined;
  /** Epoch milliseconds. */
  lastUsedAt: number;
  /** What the client was last told its lists are. */
  shown: Toolset['lists'] | undefined;
  /** Looks at it again when a grant or its token runs out. */
  alarm: NodeJS.Timeout | undefined;
  readonly #calls = new BriefMap<string, AbortController>();
  readonly #streams = new Set<MessageStream>();
  readonly #unheard = new Set<ListNoun>();

  constructor(fields: {
    readonly id: string;
    readonly idHash: Buffer;
    readonly identity: AgentIdentity;
    readonly endpoint: Endpoint;
    readonly protocolVersion: string;
    readonly logLevel: string | undefined;
    readonly now: number;
  }) {
    this.id = fields.id;
    this.idHash = fields.idHash;
    this.identity = fields.identity;
    this.endpoint = fields.endpoint;
    this.protocolVersion = fields.protocolVersion;
    this.logLevel = fields.logLevel;
    this.lastUsedAt = fields.now;
  }

  get isIdle(): boolean {
    return this.#calls.size === 0 && this.#streams.size === 0;
  }

  get hasStream(): boolean {
    return this.#streams.size > 0;
  }

  /** Notes a request under way by its id's JSON text; false when that id is in use. */
  begin(requestId: string, controller: AbortController): boolean {
    if (this.#calls.has(requestId)) return false;
    this.#calls.add(requestId, controller);
    return true;
  }

  finish(requestId: string): void {
    this.#calls.take(requestId);
  }

  /** Stops the request with that id, if it is still under way. */
  cancel(requestId: string): void {
    this.#calls.get(requestId)?.abort();
  }

  /** Takes a stream into use and tells it what was missed. */
  attach(stream: MessageStream): void {
    this.#streams.add(stream);
    for (const noun of this.#unheard) stream.send(listChanged(noun));
    this.#unheard.clear();
  }

  detach(stream: MessageStream): void {
    this.#streams.delete(stream);
  }

  /** Sends on one of the open streams (a message goes on one only); false when there is none. */
  send(message: Buffer): boolean {
    const [stream] = this.#streams;
    stream?.send(message);
    return stream !== undefined;
  }

  /** Says that a list changed, now or when the client next opens a stream. */
  tellListChanged(noun: ListNoun): void {
    if (!this.send(listChanged(noun))) this.#unheard.add(noun);
  }

  /** Ends all streams and calls. */
  close(): void {
    for (const controller of this.#calls.values()) controller.abort();
    for (const stream of this.#streams) stream.close();
    this.#streams.clear();
  }
}

function listChanged(noun: ListNoun): Buffer {
  return Buffer.from(`{"jsonrpc":"2.0","method":"notifications/${noun}/list_changed"}`);
}
