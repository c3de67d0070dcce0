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
  /** The stored tools, prompts, resources or instructions of an instance changed. */
  | { kind: 'definitions'; organizationId: string; instanceId: string }
  /** There is mail for a legacy session, or an event of one of its streams, under this id. */
  | { kind: 'session'; organizationId: string; messageId: string }
  /** The connection that carries events was lost and is back: anything may have changed. */
  | { kind: 'everything' };
