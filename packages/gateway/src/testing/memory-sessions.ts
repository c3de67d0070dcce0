import type { ChangeEvent } from '@plugboard/contracts';

import type {
  IncomingMail,
  SessionAddress,
  SessionMail,
  SessionStore,
  StoredSession,
  StreamEvent,
  StreamStore,
} from '../ports.ts';

interface Mailed {
  readonly kind: 'answer' | 'message';
  readonly body: Buffer;
}

/** What the nodes of one installation share of sessions, as the database does. */
export class MemorySessions {
  readonly sessions = new Map<string, StoredSession>();
  readonly streams = new Map<string, StreamEvent[]>();
  /** How many messages were ever sent between nodes. */
  mailed = 0;
  readonly #mail = new Map<string, Mailed>();
  readonly #mailListeners = new Set<(mail: IncomingMail) => void>();
  readonly #appended = new Set<(session: SessionAddress, stream: string) => void>();
  readonly #wanted = new Set<(session: SessionAddress, stream: string) => void>();
  readonly #changes = new Set<(event: ChangeEvent) => void>();

  readonly onChange = (listener: (event: ChangeEvent) => void): (() => void) =>
    listening(this.#changes, listener);

  readonly store: SessionStore = {
    create: async (session) => void this.sessions.set(keyOf(session), session),
    find: async (organizationId, idHash) => this.sessions.get(keyOf({ organizationId, idHash })),
    setClient: async (organizationId, idHash, { protocolVersion, params }) =>
      this.#change({ organizationId, idHash }, { protocolVersion, client: params }),
    setLogLevel: async (organizationId, idHash, logLevel) =>
      this.#change({ organizationId, idHash }, { logLevel }),
    changeSubscription: async (organizationId, idHash, uri, change) => {
      const before = this.sessions.get(keyOf({ organizationId, idHash }))?.subscriptions ?? [];
      const others = before.filter((each) => each !== uri);
      const subscriptions = change === 'add' ? [...others, uri] : others;
      this.#change({ organizationId, idHash }, { subscriptions });
    },
    delete: async (organizationId, idHash) => {
      this.sessions.delete(keyOf({ organizationId, idHash }));
      this.#tell({ organizationId, idHash }, 'ended');
    },
  };

  readonly mail: SessionMail = {
    send: async ({ to, kind, body }) => {
      if (!this.sessions.has(keyOf(to))) return;
      this.mailed += 1;
      const id = String(this.mailed);
      this.#mail.set(id, { kind, body });
      const incoming: IncomingMail = {
        to,
        kind,
        read: async () => this.#mail.get(id)?.body,
        take: async () => {
          const mailed = this.#mail.get(id);
          this.#mail.delete(id);
          return mailed?.body;
        },
      };
      for (const listener of this.#mailListeners) setImmediate(() => listener(incoming));
    },
    onMail: (listener) => listening(this.#mailListeners, listener),
  };

  readonly streamStore: StreamStore = {
    append: async (session, stream, events) => {
      if (!this.sessions.has(keyOf(session))) return;
      const key = `${keyOf(session)} ${stream}`;
      this.streams.set(key, [...(this.streams.get(key) ?? []), ...events]);
      for (const listener of this.#appended) setImmediate(() => listener(session, stream));
    },
    readAfter: async (session, stream, seq) => {
      const events = this.streams.get(`${keyOf(session)} ${stream}`) ?? [];
      return events.filter((event) => event.seq > seq).sort((a, b) => a.seq - b.seq);
    },
    onAppended: (listener) => listening(this.#appended, listener),
    want: async (session, stream) => {
      for (const listener of this.#wanted) setImmediate(() => listener(session, stream));
    },
    onWanted: (listener) => listening(this.#wanted, listener),
  };

  #change(address: SessionAddress, fields: Partial<StoredSession>): void {
    const session = this.sessions.get(keyOf(address));
    if (!session) return;
    this.sessions.set(keyOf(address), { ...session, ...fields });
    this.#tell(address, 'changed');
  }

  #tell({ organizationId, idHash }: SessionAddress, about: 'changed' | 'ended'): void {
    const session = idHash.toString('base64url');
    for (const listener of this.#changes) {
      setImmediate(() => listener({ kind: 'session', organizationId, session, about }));
    }
  }
}

function keyOf({ organizationId, idHash }: SessionAddress): string {
  return `${organizationId} ${idHash.toString('hex')}`;
}

function listening<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
