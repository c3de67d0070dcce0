import { z } from 'zod';

import { procedure } from './errors.ts';
import { roleSchema } from './people.ts';
import {
  displayNameSchema,
  doneSchema,
  futureTimestampSchema,
  queryInteger,
  timestampSchema,
} from './values.ts';
import { idSchema } from './vocabulary.ts';

const scimTokenSchema = z.object({
  id: idSchema,
  name: z.string(),
  /** The last four characters, to tell one from another. */
  hint: z.string(),
  state: z.enum(['active', 'expired', 'revoked']),
  createdAt: timestampSchema,
  expiresAt: timestampSchema,
  revokedAt: timestampSchema.optional(),
  /** To the minute. */
  lastUsedAt: timestampSchema.optional(),
});

export type ScimToken = z.output<typeof scimTokenSchema>;

/** A new token: the one time that it is shown. */
const newScimTokenSchema = z.object({
  ...scimTokenSchema.shape,
  /** Where the directory sends its requests to. */
  url: z.string(),
  token: z.string(),
});

export type NewScimToken = z.output<typeof newScimTokenSchema>;

const scimGroupSchema = z.object({
  id: idSchema,
  /** As the directory has it. */
  name: z.string(),
  /** What its members are; null when it says nothing of that. */
  role: roleSchema.nullable(),
  members: z.int(),
});

export type ScimGroup = z.output<typeof scimGroupSchema>;

const tags = ['scim'];

export const scimContract = {
  tokens: {
    list: procedure
      .route({ method: 'GET', path: '/scim/tokens', tags, summary: 'List tokens of directories' })
      .output(z.object({ url: z.string(), tokens: z.array(scimTokenSchema) })),
    create: procedure
      .route({
        method: 'POST',
        path: '/scim/tokens',
        tags,
        summary: 'Create a token with which a directory provisions members; it is shown this once',
        successStatus: 201,
      })
      .input(
        z.strictObject({
          name: displayNameSchema,
          /** A year from now when absent. */
          expiresAt: futureTimestampSchema.optional(),
        }),
      )
      .output(newScimTokenSchema),
    revoke: procedure
      .route({
        method: 'DELETE',
        path: '/scim/tokens/{token}',
        tags,
        summary: 'Revoke a token of a directory; members whom it provisioned stay',
      })
      .input(z.strictObject({ token: idSchema }))
      .output(doneSchema),
  },
  groups: {
    list: procedure
      .route({ method: 'GET', path: '/scim/groups', tags, summary: 'List groups of the directory' })
      .input(z.strictObject({ offset: queryInteger(0, 1_000_000).optional() }).optional())
      .output(z.object({ total: z.int(), groups: z.array(scimGroupSchema) })),
    map: procedure
      .route({
        method: 'PUT',
        path: '/scim/groups/{group}/role',
        tags,
        summary: 'Say which role the members of a group have',
      })
      .input(
        z.strictObject({
          /** Its id, or its name as the directory has it. */
          group: z.string().min(1).max(200),
          role: roleSchema.nullable(),
        }),
      )
      .output(scimGroupSchema),
  },
};
