import { z } from 'zod';

const ownerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('organization') }),
  z.object({ kind: z.literal('member'), id: z.string() }),
  z.object({ kind: z.literal('agent'), id: z.string() }),
]);

/** Whose a connection will be. */
export type IntentOwner = z.output<typeof ownerSchema>;

/** What is going to be connected, as it was found when it was begun and is shown for consent. */
export const intentSchema = z.object({
  owner: ownerSchema,
  /** As its member named it; made of the service and the account otherwise. */
  name: z.string().optional(),
  title: z.string(),
  provider: z.string().optional(),
  resource: z.string().optional(),
  resourceParameter: z.string().optional(),
  /** An `AuthorizationServer` of packages/oauth: written and read by this feature alone. */
  server: z.looseObject({ issuer: z.string() }),
  clientRowId: z.string(),
  scopes: z.array(z.string()),
  dpopAlgorithms: z.array(z.string()).optional(),
  allowPrivateNetwork: z.boolean(),
  /** The connection that is renewed. */
  connectionId: z.string().optional(),
  /** The instance whose slot it fills. */
  instanceId: z.string().optional(),
  /** An agent that waits for it, to be permitted if the member says so. */
  agentId: z.string().optional(),
  /** Where to go on: a path of ours. */
  next: z.string().optional(),
});

export type Intent = z.output<typeof intentSchema>;

const pendingSchema = z.looseObject({ state: z.string() });

export const sealedRequestSchema = z.object({
  intent: intentSchema,
  /** A `PendingAuthorization`, there from consent on. */
  pending: pendingSchema.optional(),
  dpopKey: z.string().optional(),
  /** Agents that the member permitted on the consent page. */
  permitted: z.array(z.string()).optional(),
});

export type SealedRequest = z.output<typeof sealedRequestSchema>;
