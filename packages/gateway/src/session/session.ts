import { BriefMap } from '@plugboard/protocol';

import type { Endpoint } from '../endpoint.ts';
import type { AgentIdentity, SessionAddress } from '../ports.ts';
import type { Toolset } from '../toolset/toolset.ts';
import { type ClientFacts, readClientFacts } from './client-facts.ts';
import type { EventLog } from './event-log.ts';
import { Questions } from './questions.ts';

/** Where messages to a client go: its open GET stream. */
export interface MessageStream {
  send(message: Buffer): void;
  close(): void;
}

/** A subscription of a session's client that this node keeps up. */
export interface HeldSubscription extends Disposable {
  readonly instanceId: string;
  /** Whether the store has it. */
  isSaved: boolean;
}

/** Lists whose change a client can be told of. */
export const listNouns = ['tools', 'prompts', 'resources'] as const;

export type ListNoun = (typeof listNouns)[number];

/** What a session is made of, from `initialize` or from the store. */
export interface SessionFields {
  readonly id: string;
  readonly idHash: Buffer;
  readonly identity: AgentIdentity;
  readonly endpoint: Endpoint;
  readonly protocolVersion: string;
  /** Raw JSON text of the client's initialize params; empty before it has sent them. */
  readonly client: string;
  readonly logLevel: string | undefined;
  readonly subscriptions: readonly string[];
  readonly now: number;
}

/** A legacy client's session while it is in use here. What must outlive that is in the store. */
export class Session implements SessionAddress {
  readonly id: string;
  readonly idHash: Buffer;
  /** Names it between nodes, and its client's own connections. Opens nothing. */
  readonly key: string;
  /** By the token that was last shown: one that is obtained by OAuth changes within its session. */
  identity: AgentIdentity;
  readonly endpoint: Endpoint;
  protocolVersion: string;
  logLevel: string | undefined;
  /** URIs that the client subscribed to, on whichever node. */
  subscribed: readonly string[];
  /** Epoch milliseconds. */
  lastUsedAt: number;
  /** What the client was last told its lists are. */
  shown: Toolset['lists'] | undefined;
  /** Looks at it again when a grant or its token runs out. */
  alarm: NodeJS.Timeout | undefined;
  /** Hears what its agent may use from now on. */
  accessListener: ((toolset: Toolset) => void) | undefined;
  readonly questions = new Questions();
  /** Streams that its client may come back to, by name. */
  readonly logs = new Map<string, EventLog>();
  /** Subscriptions that are held here, by the URI as the client named it. */
  readonly held = new Map<string, HeldSubscription>();
  #client: string;
  #facts: ClientFacts | undefined;
  #isClosed = false;
  readonly #calls = new BriefMap<string, AbortController>();
  readonly #streams = new Set<MessageStream>();
  readonly #unheard = new Map<string, Buffer>();

  constructor(fields: SessionFields) {
    this.id = fields.id;
    this.idHash = fields.idHash;
    this.key = fields.idHash.toString('base64url');
    this.identity = fields.identity;
    this.endpoint = fields.endpoint;
    this.protocolVersion = fields.protocolVersion;
    this.#client = fields.client;
    this.logLevel = fields.logLevel;
    this.subscribed = fields.subscriptions;
    this.lastUsedAt = fields.now;
  }

  get organizationId(): string {
    return this.identity.organizationId;
  }

  /** What its client said of itself. */
  get facts(): ClientFacts {
    this.#facts ??= readClientFacts(this.#client);
    return this.#facts;
  }

  /** Whether its client has sent `initialize`. */
  get isInitialized(): boolean {
    return this.#client !== '';
  }

  get isIdle(): boolean {
    return this.#calls.size === 0 && this.#streams.size === 0;
  }

  get hasStream(): boolean {
    return this.#streams.size > 0;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  onAccess(toolset: Toolset): void {
    this.accessListener?.(toolset);
  }

  /** Takes over what its client says of itself. */
  setClient(client: { readonly protocolVersion: string; readonly params: string }): void {
    this.protocolVersion = client.protocolVersion;
    if (this.#client === client.params) return;
    this.#client = client.params;
    this.#facts = undefined;
  }

  /** Notes a request under way by its id's JSON text; false when that id is in use. */
  begin(requestId: string, controller: AbortController): boolean {
    if (this.#calls.has(requestId)) return false;
    this.#calls.add(requestId, controller);
    // Ended while its request was on the way here.
    if (this.#isClosed) controller.abort();
    return true;
  }

  finish(requestId: string): void {
    this.#calls.take(requestId);
  }

  /** Stops the request with that id; false when none is under way here. */
  cancel(requestId: string): boolean {
    const controller = this.#calls.get(requestId);
    controller?.abort();
    return controller !== undefined;
  }

  /** Takes a stream into use and tells it what was missed. */
  attach(stream: MessageStream): void {
    this.#streams.add(stream);
    for (const message of this.#unheard.values()) stream.send(message);
    this.#unheard.clear();
  }

  detach(stream: MessageStream): void {
    this.#streams.delete(stream);
  }

  /** Sends on the newest open stream (a message goes on one only); false when there is none. */
  send(message: Buffer): boolean {
    let newest: MessageStream | undefined;
    for (const stream of this.#streams) newest = stream;
    newest?.send(message);
    return newest !== undefined;
  }

  /** Says that a list changed, now or when the client next opens a stream. */
  tellListChanged(noun: ListNoun): void {
    this.tellLatest(noun, listChanged(noun));
  }

  /** Sends a message now, or the latest `about` the same when the client next opens a stream. */
  tellLatest(about: string, message: Buffer): void {
    if (!this.send(message)) this.#unheard.set(about, message);
  }

  /** What is no longer told about is not made up for either. */
  forgetUnheard(about: string): void {
    this.#unheard.delete(about);
  }

  /** Ends all streams, calls and subscriptions. */
  close(): void {
    this.#isClosed = true;
    for (const controller of this.#calls.values()) controller.abort();
    for (const stream of this.#streams) stream.close();
    this.#streams.clear();
    this.questions.close();
    this.dropSubscriptions();
  }

  /** Gives up the subscriptions that are held here; the store still has them. */
  dropSubscriptions(): void {
    const held = [...this.held.values()];
    this.held.clear();
    for (const subscription of held) subscription[Symbol.dispose]();
  }
}

function listChanged(noun: ListNoun): Buffer {
  return Buffer.from(`{"jsonrpc":"2.0","method":"notifications/${noun}/list_changed"}`);
}
