import type { ChangeEvent, Level, OfferingKind } from '@plugboard/contracts';
import type { Envelope, Era, Upstream } from '@plugboard/protocol';

import type { Grant } from './access/decide.ts';
import type { AuditRecord } from './audit-record.ts';

/** Who a token speaks for. */
export interface AgentIdentity {
  readonly organizationId: string;
  readonly agentId: string;
  readonly agentSlug: string;
  readonly tokenId: string;
  /** Epoch milliseconds; absent when the token does not expire. */
  readonly expiresAt: number | undefined;
  /** The member for whom the agent acts; absent for one that acts for itself. */
  readonly memberId?: string | undefined;
  /** The endpoints that its token is for, as canonical URLs (RFC 8707); absent for all of them. */
  readonly resources?: readonly string[] | undefined;
  /** The toolboxes that its token is held to; absent for all that the agent may use. */
  readonly toolboxIds?: readonly string[] | undefined;
}

/** Finds agents by their tokens. Resolves to undefined for unknown, expired or revoked ones. */
export interface AgentDirectory {
  find(token: string): Promise<AgentIdentity | undefined>;
  /** Whether the token behind an identity is still good. Asks the database, not a cache. */
  holds(identity: AgentIdentity): Promise<boolean>;
  /** Told when a good token is refused, so that it is on record. Never rejects. */
  refused?(identity: AgentIdentity, reason: 'token_of_another_endpoint'): Promise<void>;
}

/** One tool, prompt or resource as its server last listed it. */
export interface Offering {
  readonly kind: OfferingKind;
  readonly name: string;
  /** Raw JSON text of the definition. */
  readonly definition: Buffer;
  /** The level it needs: an admin's override, else what its annotations ask for. */
  readonly level: Level;
}

/** An instance with what it offers, in the server's own order. */
export interface OfferedInstance {
  readonly id: string;
  readonly slug: string;
  readonly toolboxId: string;
  readonly toolboxSlug: string;
  /** Raw JSON text of its last initialize or discover result; undefined until its first start. */
  readonly hello: Buffer | undefined;
  /** Undefined until its first start. */
  readonly era: Era | undefined;
  /** Whether it is spoken to by HTTP, where a further connection costs no further process. */
  readonly isRemote: boolean;
  /** An admin stopped it: it offers nothing, and calls of it are refused, until it is started. */
  readonly stopped?: boolean | undefined;
  /** Whose account its calls use: one for all, each member's own, or each agent's own. */
  readonly account: 'organization' | 'member' | 'agent';
  /** Members whose own connection it uses, and who have not let this agent use that. */
  readonly barredMembers?: readonly string[] | undefined;
  /** Whether it ever asked something of a client: sampling, elicitation or roots. */
  readonly asksClients: boolean;
  readonly offerings: readonly Offering[];
}

/** All that decides what one agent sees. */
export interface AccessSnapshot {
  readonly grants: readonly Grant[];
  /** Only instances that some allow grant reaches. */
  readonly instances: readonly OfferedInstance[];
}

export interface AccessSource {
  load(organizationId: string, agentId: string): Promise<AccessSnapshot>;
}

/** A connection to a legacy server that one client has for itself. */
export interface OwnConnection {
  /** Tells it from other connections to the same instance with the same credentials. */
  readonly key: string;
  /** The client capabilities to declare in its `initialize`. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** Connections of one owner, such as an agent, are bounded together. */
  readonly owner?: string | undefined;
}

/** Which connection it is that something comes from. */
export interface UpstreamPlace {
  readonly organizationId: string;
  readonly instanceId: string;
  /** The key of the client whose own it is; undefined for one that is shared. */
  readonly ownKey: string | undefined;
}

/** Live connections to instances; starts a sleeping one. The runtime's supervisor is one. */
export interface Upstreams {
  /**
   * Rejects with `AppError`: `unavailable` while the instance backs off after failures, with
   * `retryAfterMs`; `upstream_failed` when it does not start; `not_found` when it is gone.
   */
  acquire(
    organizationId: string,
    instanceId: string,
    credentialSet: string,
    own?: OwnConnection,
  ): Promise<Upstream>;
  /** Keeps a connection from being closed for idleness until disposed of. */
  hold(
    organizationId: string,
    instanceId: string,
    credentialSet: string,
    own?: OwnConnection,
  ): Disposable;
  /**
   * Hears what servers say outside of any request, such as log messages. Returns how to stop.
   */
  onMessage(listener: (upstream: Upstream, message: Envelope) => void): () => void;
  /**
   * Hears requests of servers that belong to no request's stream, from the first on, with whose they
   * are. The one listener answers each through `Upstream.respond`. Returns how to stop.
   */
  onRequest(
    listener: (upstream: Upstream, message: Envelope, from: UpstreamPlace) => void,
  ): () => void;
  /** Remembers that an instance asks things of its clients (`OfferedInstance.asksClients`). */
  noteAsking(organizationId: string, instanceId: string): Promise<void>;
}

/** The durable record of calls. */
export interface AuditLog {
  /**
   * Resolves when the record is on disk. Rejects with `AppError('unavailable')`, in which case the
   * caller must not let the effect be seen.
   */
  append(organizationId: string, record: AuditRecord): Promise<void>;
}

/** A legacy client's session as it outlives a connection, a process and a node. */
export interface StoredSession {
  readonly idHash: Buffer;
  readonly organizationId: string;
  readonly agentId: string;
  readonly tokenId: string;
  readonly endpoint: string;
  readonly protocolVersion: string;
  /** Raw JSON text of the client's initialize params; empty until it has sent them (`/sse`). */
  readonly client: string;
  readonly logLevel: string | undefined;
  /** URIs that the client subscribed to, as it named them. */
  readonly subscriptions: readonly string[];
}

export interface SessionStore {
  create(session: StoredSession): Promise<void>;
  find(organizationId: string, idHash: Buffer): Promise<StoredSession | undefined>;
  setClient(
    organizationId: string,
    idHash: Buffer,
    client: { readonly protocolVersion: string; readonly params: string },
  ): Promise<void>;
  setLogLevel(organizationId: string, idHash: Buffer, level: string): Promise<void>;
  changeSubscription(
    organizationId: string,
    idHash: Buffer,
    uri: string,
    change: 'add' | 'remove',
  ): Promise<void>;
  delete(organizationId: string, idHash: Buffer): Promise<void>;
}

/** Which session: its organization and the SHA-256 of its id. */
export interface SessionAddress {
  readonly organizationId: string;
  readonly idHash: Buffer;
}

/** A message for whichever node holds what of a session it is for. */
export interface Mail {
  readonly to: SessionAddress;
  /** `answer`: from the client, to a server's request. `message`: to the client. */
  readonly kind: 'answer' | 'message';
  /** One JSON-RPC message. */
  readonly body: Buffer;
}

/** Mail that has come in; its body is fetched by who wants it. */
export interface IncomingMail extends Pick<Mail, 'to' | 'kind'> {
  /** Undefined once it was taken or has grown old. */
  read(): Promise<Buffer | undefined>;
  /** The same, for one node alone: it is taken out. */
  take(): Promise<Buffer | undefined>;
}

/**
 * Carries mail between nodes, through the store. Kept for minutes, heard by all nodes, here too; may
 * be heard twice.
 */
export interface SessionMail {
  /** Does nothing when the session has ended. */
  send(mail: Mail): Promise<void>;
  onMail(listener: (mail: IncomingMail) => void): () => void;
}

/** One event of a response stream that its client may come back for. */
export interface StreamEvent {
  /** Ascending from 1 within the stream; 0 marks its beginning and has no body. */
  readonly seq: number;
  /** One JSON-RPC message. */
  readonly body: Buffer;
  /** Whether the stream ends with it. */
  readonly isLast: boolean;
}

/** Events of streams that broke, kept for minutes so that any node can go on with them. */
export interface StreamStore {
  /** Does nothing when the session has ended. */
  append(session: SessionAddress, stream: string, events: readonly StreamEvent[]): Promise<void>;
  /** Those after `seq`, in order. */
  readAfter(session: SessionAddress, stream: string, seq: number): Promise<readonly StreamEvent[]>;
  /** Hears that events were appended, on any node. Returns how to stop. */
  onAppended(listener: (session: SessionAddress, stream: string) => void): () => void;
  /** Asks the node that holds a stream to append what it has of it, for its client came back here. */
  want(session: SessionAddress, stream: string): Promise<void>;
  onWanted(listener: (session: SessionAddress, stream: string) => void): () => void;
}

/** Which agent each task of a server belongs to. */
export interface TaskStore {
  put(
    organizationId: string,
    task: { readonly instanceId: string; readonly taskId: string; readonly agentId: string },
  ): Promise<void>;
  /** Whose task it is; undefined for one that nobody made through this gateway. */
  findOwner(
    organizationId: string,
    instanceId: string,
    taskId: string,
  ): Promise<string | undefined>;
}

/** Seals what clients keep for us, so that it comes back as it was, from whom it was given to. */
export interface StateSealer {
  /** Base64url text. `context` must be the same at opening; it is not in the text. */
  seal(plain: Buffer, context: string): string;
  /** Undefined when it was changed, is not ours, or belongs to another context. */
  open(sealed: string, context: string): Buffer | undefined;
}

/** Subscribes to changes made here or on any other node; returns how to stop. */
export type OnChange = (listener: (event: ChangeEvent) => void) => () => void;
