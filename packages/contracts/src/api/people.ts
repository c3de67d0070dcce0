import { z } from 'zod';

import { procedure } from './errors.ts';
import { displayNameSchema, doneSchema, futureTimestampSchema, timestampSchema } from './values.ts';
import { idSchema } from './vocabulary.ts';

export const roleSchema = z.enum(['owner', 'admin', 'member', 'auditor'], {
  error: 'owner, admin, member or auditor',
});

/** An address that mail may be sent to, in lower case. */
export const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, 'at most 254 characters')
  .pipe(z.email('an e-mail address such as ann@example.com'));

const membershipSchema = z.object({
  organizationId: idSchema,
  organizationName: z.string(),
  memberId: idSchema,
  role: roleSchema,
});

const meSchema = z.object({
  ...membershipSchema.shape,
  name: z.string(),
  /** By what this request speaks for them. */
  via: z.enum(['api_key', 'session']),
  /** Absent for a member who never signed in. */
  email: z.string().optional(),
  /** Where they may act now; with an API key its own organization alone. */
  memberships: z.array(membershipSchema),
  /** The actions that their role may take, at least on what is their own: `grant.create`. */
  may: z.array(z.string()),
});

export type Me = z.output<typeof meSchema>;

const apiKeySchema = z.object({
  id: idSchema,
  memberId: idSchema,
  memberName: z.string(),
  name: z.string(),
  state: z.enum(['active', 'expired', 'revoked']),
  createdAt: timestampSchema,
  expiresAt: timestampSchema.optional(),
  revokedAt: timestampSchema.optional(),
});

export type ApiKey = z.output<typeof apiKeySchema>;

/** A new key: the one time that it is shown. */
const newApiKeySchema = z.object({ ...apiKeySchema.shape, key: z.string() });

export type NewApiKey = z.output<typeof newApiKeySchema>;

const organizationSchema = z.object({
  id: idSchema,
  slug: z.string(),
  name: z.string(),
  /** Whether members who sign in with a password alone are kept out. */
  secondFactorRequired: z.boolean(),
  members: z.int(),
  createdAt: timestampSchema,
});

export type Organization = z.output<typeof organizationSchema>;

const tags = ['people'];

export const meContract = procedure
  .route({ method: 'GET', path: '/me', tags, summary: 'Who this request speaks for' })
  .output(meSchema);

export const apiKeysContract = {
  list: procedure
    .route({ method: 'GET', path: '/keys', tags, summary: 'List API keys: own ones, or all' })
    .input(z.strictObject({ all: z.stringbool().or(z.boolean()).optional() }).optional())
    .output(z.object({ keys: z.array(apiKeySchema) })),
  create: procedure
    .route({
      method: 'POST',
      path: '/keys',
      tags,
      summary: 'Create an API key of one’s own; it is shown this once',
      successStatus: 201,
    })
    .input(z.strictObject({ name: displayNameSchema, expiresAt: futureTimestampSchema.optional() }))
    .output(newApiKeySchema),
  revoke: procedure
    .route({ method: 'DELETE', path: '/keys/{key}', tags, summary: 'Revoke an API key' })
    .input(z.strictObject({ key: idSchema }))
    .output(doneSchema),
};

export const organizationContract = {
  get: procedure
    .route({ method: 'GET', path: '/organization', tags, summary: 'The organization acted in' })
    .output(organizationSchema),
  change: procedure
    .route({
      method: 'PATCH',
      path: '/organization',
      tags,
      summary: 'Rename the organization, or say whether its members need a second factor',
    })
    .input(
      z.strictObject({
        name: displayNameSchema.optional(),
        secondFactorRequired: z.boolean().optional(),
      }),
    )
    .output(organizationSchema),
  create: procedure
    .route({
      method: 'POST',
      path: '/organizations',
      tags,
      summary: 'Create an organization; owners of the installation’s first one may',
      successStatus: 201,
    })
    .input(z.strictObject({ name: displayNameSchema }))
    .output(
      z.object({
        ...organizationSchema.shape,
        /** An API key of its owner, when they could not sign in to it otherwise. */
        key: z.string().optional(),
      }),
    ),
};
