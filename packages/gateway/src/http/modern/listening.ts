import { buildResult, type Envelope } from '@plugboard/protocol';

import type { Endpoint } from '../../endpoint.ts';
import type { AgentIdentity } from '../../ports.ts';
import type { Watched } from '../../session/changes.ts';
import type { ListNoun } from '../../session/session.ts';
import type { Toolset } from '../../toolset/toolset.ts';
import { type ListenFilter, presentFilter } from './listen-filter.ts';
import type { ModernReply } from './modern-reply.ts';
import { bareNotification, subscriptionMeta, tagNotification } from './tag-notification.ts';

/** A subscription upstream that a listening client has a part in. */
export interface Held {
  readonly subscription: Disposable;
  /** Whether the agent may still have it. */
  isPermitted(toolset: Toolset): boolean;
}

/** How an upstream notification reads for the client. */
export interface Told {
  /** Of what; while the client has not been answered yet, only the latest of each is kept. */
  readonly about: string;
  readonly message: Envelope;
  readonly rename: { readonly member: string; readonly exposed: string };
}

/**
 * One `subscriptions/listen` of a modern client: acknowledged first, then told what it opted into and
 * nothing else, each under the id of its request. It ends with an empty result when its token is gone,
 * something it listens to is no longer granted or no longer comes, or the gateway stops; the client
 * then asks anew and is told what is the matter.
 */
export class Listening implements Watched, Disposable {
  readonly identity: AgentIdentity;
  readonly endpoint: Endpoint;
  shown: Toolset['lists'] | undefined;
  alarm: NodeJS.Timeout | undefined;
  readonly #id: string;
  readonly #reply: ModernReply;
  readonly #resultMeta: string;
  readonly #lists: ReadonlySet<ListNoun>;
  readonly #held = new Set<Held>();
  /** What came before the acknowledgement, by what it is about. */
  #early: Map<string, Buffer> | undefined = new Map();
  #isOver = false;
  #mustEnd = false;

  constructor(fields: {
    readonly identity: AgentIdentity;
    readonly endpoint: Endpoint;
    /** JSON text of the request's id. */
    readonly id: string;
    readonly reply: ModernReply;
    readonly lists: readonly ListNoun[];
    /** Raw members of the `_meta` of the result. */
    readonly resultMeta: string;
  }) {
    this.identity = fields.identity;
    this.endpoint = fields.endpoint;
    this.#id = fields.id;
    this.#reply = fields.reply;
    this.#lists = new Set(fields.lists);
    this.#resultMeta = fields.resultMeta;
  }

  /** Keeps a subscription for as long as this lasts. */
  hold(held: Held): void {
    if (this.#isOver) held.subscription[Symbol.dispose]();
    else this.#held.add(held);
  }

  /** Says what the client will hear of, and what it has missed of that meanwhile. */
  acknowledge(honored: ListenFilter): void {
    if (this.#isOver || !this.#early) return;
    const method = 'notifications/subscriptions/acknowledged';
    const what = `"notifications":${presentFilter(honored)}`;
    this.#reply.message([bareNotification(method, this.#id, what)]);
    for (const message of this.#early.values()) this.#reply.message([message]);
    this.#early = undefined;
    if (this.#mustEnd) this.end();
  }

  tellListChanged(noun: ListNoun): void {
    if (!this.#lists.has(noun)) return;
    this.#send(noun, bareNotification(`notifications/${noun}/list_changed`, this.#id));
  }

  tell({ about, message, rename }: Told): void {
    const tagged = tagNotification(message, this.#id, rename);
    // A server that writes one member twice is believed no more than that something changed.
    const { member, exposed } = rename;
    const plain = `${JSON.stringify(member)}:${JSON.stringify(exposed)}`;
    this.#send(about, tagged ?? bareNotification(message.method ?? '', this.#id, plain));
  }

  onAccess(toolset: Toolset): void {
    for (const held of this.#held) {
      if (held.isPermitted(toolset)) continue;
      this.end();
      return;
    }
  }

  /** Ends it with the empty result, after the acknowledgement. */
  end(): void {
    if (this.#isOver) return;
    this.#mustEnd = true;
    if (this.#early) return;
    this[Symbol.dispose]();
    const meta = `${subscriptionMeta(this.#id)},${this.#resultMeta}`;
    this.#reply.answer([buildResult(this.#id, `{"resultType":"complete","_meta":{${meta}}}`)]);
  }

  /** Ends it without a word: the client has left, or is answered otherwise. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    clearTimeout(this.alarm);
    for (const { subscription } of this.#held) subscription[Symbol.dispose]();
    this.#held.clear();
  }

  #send(about: string, message: Buffer): void {
    if (this.#isOver) return;
    if (this.#early) this.#early.set(about, message);
    else this.#reply.message([message]);
  }
}
