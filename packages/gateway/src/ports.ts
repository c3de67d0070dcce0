import type { ChangeEvent, Level, OfferingKind } from '@plugboard/contracts';
import type { Envelope, Upstream } from '@plugboard/protocol';

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
}

/** Finds agents by their tokens. Resolves to undefined for unknown, expired or revoked ones. */
export interface AgentDirectory {
  find(token: string): Promise<AgentIdentity | undefined>;
  /** Whether the token behind an identity is still good. Asks the database, not a cache. */
  holds(identity: AgentIdentity): Promise<boolean>;
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
  /** Raw JSON text of its last initialize result; undefined until its first start. */
  readonly hello: Buffer | undefined;
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

/** Live connections to instances; starts a sleeping one. The runtime's supervisor is one. */
export interface Upstreams {
  /**
   * Rejects with `AppError`: `unavailable` while the instance backs off after failures, with
   * `retryAfterMs`; `upstream_failed` when it does not start; `not_found` when it is gone.
   */
  acquire(organizationId: string, instanceId: string, credentialSet: string): Promise<Upstream>;
  /**
   * Hears what servers say outside of any request, such as log messages. Returns how to stop.
   */
  onMessage(listener: (upstream: Upstream, message: Envelope) => void): () => void;
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
  /** Raw JSON text of the client's initialize params. */
  readonly client: string;
  readonly logLevel: string | undefined;
}

export interface SessionStore {
  create(session: StoredSession): Promise<void>;
  find(organizationId: string, idHash: Buffer): Promise<StoredSession | undefined>;
  setLogLevel(organizationId: string, idHash: Buffer, level: string): Promise<void>;
  delete(organizationId: string, idHash: Buffer): Promise<void>;
}

/** Subscribes to changes made here or on any other node; returns how to stop. */
export type OnChange = (listener: (event: ChangeEvent) => void) => () => void;
