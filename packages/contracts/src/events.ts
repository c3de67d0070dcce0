/**
 * Something that other parts of the system, or other nodes, must hear of. Events say what may have
 * changed, never what it is now: a listener drops what it cached and asks again.
 */
export type ChangeEvent =
  /** Grants, agents or toolboxes changed. Without `agentId`, for every agent of the organization. */
  | { kind: 'access'; organizationId: string; agentId?: string }
  /** Tokens of an agent were revoked or the agent itself was. */
  | { kind: 'identity'; organizationId: string; agentId: string }
  /** An instance was added, changed, or removed: a running one must restart or stop. */
  | { kind: 'instance'; organizationId: string; instanceId: string }
  /**
   * What fills the slots of an instance changed, so that copies must start anew with it, or was
   * removed, so that they must stop: those of a credential set, or all.
   */
  | {
      kind: 'instance_credentials';
      organizationId: string;
      instanceId: string;
      credentialSet?: string;
      about: 'changed' | 'removed';
    }
  /** The stored tools, prompts, resources or instructions of an instance changed. */
  | { kind: 'definitions'; organizationId: string; instanceId: string }
  /**
   * For whoever holds a part of a legacy session, which is named by the SHA-256 of its id in base64url:
   * mail for it lies under `id` (`answer`, `message`); its stream of that name has further events
   * (`event`), or its client has come back for it elsewhere (`wanted`); it `changed`, or has `ended`.
   */
  | {
      kind: 'session';
      organizationId: string;
      session: string;
      about: 'answer' | 'message' | 'event' | 'wanted' | 'changed' | 'ended';
      id?: string;
    }
  /** Keys of an organization, its members or its agents were replaced or destroyed. */
  | { kind: 'keys'; organizationId: string }
  /** Another master key is in force, or one before it is needed no more. */
  | { kind: 'master_keys' }
  /** The tokens, the state or the permissions of a connection changed. */
  | { kind: 'connection'; organizationId: string; connectionId: string }
  /** A person's session ended: they signed out, or were signed out. Told by the database itself. */
  | { kind: 'signed_out'; sessionId: string }
  /** The connection that carries events was lost and is back: anything may have changed. */
  | { kind: 'everything' };
