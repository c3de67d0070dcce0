import { z } from 'zod';

import { idSchema, slugSchema } from './vocabulary.ts';
import { procedure } from './errors.ts';
import {
  displayNameSchema,
  doneSchema,
  futureTimestampSchema,
  refSchema,
  timestampSchema,
} from './values.ts';

const agentSchema = z.object({
  id: idSchema,
  slug: z.string(),
  name: z.string(),
  /** The member whose own it is; absent for one of the organization. */
  memberId: idSchema.optional(),
  createdAt: timestampSchema,
  /** Tokens that still open something. */
  tokens: z.int(),
  grants: z.int(),
  lastSeenAt: timestampSchema.optional(),
});

export type Agent = z.output<typeof agentSchema>;

const agentTokenSchema = z.object({
  id: idSchema,
  name: z.string(),
  /** `oauth`: a client's grant, whose tokens change. */
  kind: z.enum(['static', 'oauth']),
  /** The token's last four characters; empty for `oauth`. */
  hint: z.string(),
  state: z.enum(['active', 'expired', 'revoked']),
  createdAt: timestampSchema,
  expiresAt: timestampSchema.optional(),
  revokedAt: timestampSchema.optional(),
  lastUsedAt: timestampSchema.optional(),
  /** The client that obtained it, and what that calls itself. */
  clientId: z.string().optional(),
  clientName: z.string().optional(),
  /** The member who permitted it, for whom the agent acts. */
  memberId: idSchema.optional(),
  /** The endpoints that it is for; absent for all. */
  resources: z.array(z.string()).optional(),
  /** The toolboxes that it is held to; absent for all that the agent may use. */
  toolboxIds: z.array(idSchema).optional(),
});

export type AgentToken = z.output<typeof agentTokenSchema>;

/** A new token: the one time that it is shown. */
const newAgentTokenSchema = z.object({ ...agentTokenSchema.shape, token: z.string() });

export type NewAgentToken = z.output<typeof newAgentTokenSchema>;

const tags = ['agents'];

const tokenInput = {
  name: displayNameSchema.optional(),
  /** Never expires when absent. */
  expiresAt: futureTimestampSchema.optional(),
};

const agentClientSchema = z.object({
  clientId: z.string(),
  name: z.string(),
  /** How it proves who it is at the token endpoint. */
  method: z.enum(['secret', 'private_key_jwt']),
  state: z.enum(['active', 'expired', 'revoked']),
  createdAt: timestampSchema,
  expiresAt: timestampSchema.optional(),
  revokedAt: timestampSchema.optional(),
});

export type AgentClient = z.output<typeof agentClientSchema>;

/** A new client: the one time that its secret is shown. */
const newAgentClientSchema = z.object({
  ...agentClientSchema.shape,
  clientSecret: z.string().optional(),
  tokenEndpoint: z.url(),
});

export type NewAgentClient = z.output<typeof newAgentClientSchema>;

/** Public keys as RFC 7517 has them. What is private must not be sent. */
const publicKeysSchema = z.object({
  keys: z
    .array(
      z
        .looseObject({ kty: z.enum(['EC', 'RSA', 'OKP']) })
        .refine((key) => !('d' in key) && !('k' in key), 'public keys only, without "d"'),
    )
    .min(1, 'at least one key')
    .max(10, 'at most 10 keys'),
});

export const agentsContract = {
  list: procedure
    .route({ method: 'GET', path: '/agents', tags, summary: 'List agents' })
    .output(z.object({ agents: z.array(agentSchema) })),
  create: procedure
    .route({
      method: 'POST',
      path: '/agents',
      tags,
      summary: 'Create an agent, which may use nothing until it is granted something',
      successStatus: 201,
    })
    .input(
      z.strictObject({
        slug: slugSchema,
        name: displayNameSchema.optional(),
        /** The member whose own it is to be; the organization's when absent. */
        memberId: idSchema.optional(),
      }),
    )
    .output(agentSchema),
  change: procedure
    .route({
      method: 'PATCH',
      path: '/agents/{agent}',
      tags,
      summary: 'Change what an agent is called',
    })
    .input(z.strictObject({ agent: refSchema, name: displayNameSchema }))
    .output(agentSchema),
  revoke: procedure
    .route({
      method: 'DELETE',
      path: '/agents/{agent}',
      tags,
      summary: 'Remove an agent with its tokens, grants and open sessions',
    })
    .input(z.strictObject({ agent: refSchema }))
    .output(doneSchema),
  clients: {
    list: procedure
      .route({
        method: 'GET',
        path: '/agents/{agent}/clients',
        tags,
        summary: 'List the clients with which an agent obtains tokens by itself',
      })
      .input(z.strictObject({ agent: refSchema }))
      .output(z.object({ clients: z.array(agentClientSchema) })),
    create: procedure
      .route({
        method: 'POST',
        path: '/agents/{agent}/clients',
        tags,
        summary: 'Create a client for client_credentials; its secret is shown this once',
        successStatus: 201,
      })
      .input(
        z.strictObject({
          agent: refSchema,
          name: displayNameSchema.optional(),
          /** For private_key_jwt; a secret is made when absent. */
          jwks: publicKeysSchema.optional(),
          expiresAt: futureTimestampSchema.optional(),
        }),
      )
      .output(newAgentClientSchema),
    revoke: procedure
      .route({
        method: 'DELETE',
        path: '/agents/{agent}/clients/{client}',
        tags,
        summary: 'Revoke a client with its tokens and open sessions',
      })
      .input(z.strictObject({ agent: refSchema, client: z.string().max(200) }))
      .output(z.object({ clientId: z.string() })),
  },
  tokens: {
    list: procedure
      .route({ method: 'GET', path: '/agents/{agent}/tokens', tags, summary: 'List tokens' })
      .input(z.strictObject({ agent: refSchema }))
      .output(z.object({ tokens: z.array(agentTokenSchema) })),
    create: procedure
      .route({
        method: 'POST',
        path: '/agents/{agent}/tokens',
        tags,
        summary: 'Create a token; it is shown this once',
        successStatus: 201,
      })
      .input(z.strictObject({ agent: refSchema, ...tokenInput }))
      .output(newAgentTokenSchema),
    revoke: procedure
      .route({
        method: 'DELETE',
        path: '/agents/{agent}/tokens/{token}',
        tags,
        summary: 'Revoke a token, at once on open sessions too',
      })
      .input(z.strictObject({ agent: refSchema, token: idSchema }))
      .output(doneSchema),
  },
};
