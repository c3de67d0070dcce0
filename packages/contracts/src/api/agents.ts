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
  /** The token's last four characters. */
  hint: z.string(),
  state: z.enum(['active', 'expired', 'revoked']),
  createdAt: timestampSchema,
  expiresAt: timestampSchema.optional(),
  revokedAt: timestampSchema.optional(),
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
    .input(z.strictObject({ slug: slugSchema, name: displayNameSchema.optional() }))
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
