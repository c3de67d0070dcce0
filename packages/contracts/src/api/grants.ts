import { z } from 'zod';

import { idSchema } from './vocabulary.ts';
import { levelSchema } from './vocabulary.ts';
import { offeringKindSchema } from './vocabulary.ts';
import { procedure } from './errors.ts';
import { offeringNameSchema } from './offerings.ts';
import { doneSchema, futureTimestampSchema, refSchema, timestampSchema } from './values.ts';

const effectSchema = z.enum(['allow', 'deny'], { error: 'an effect is allow or deny' });

/** What a new grant is about. */
const grantTargetInputSchema = z.discriminatedUnion(
  'scope',
  [
    z.strictObject({ scope: z.literal('toolbox'), toolbox: refSchema }),
    z.strictObject({ scope: z.literal('instance'), instance: refSchema }),
    z.strictObject({
      scope: z.literal('offering'),
      instance: refSchema,
      kind: offeringKindSchema.default('tool'),
      name: offeringNameSchema,
    }),
  ],
  {
    error:
      'a target has the scope toolbox (with toolbox), instance (with instance) or offering (with instance and name)',
  },
);

const slugged = z.object({ id: idSchema, slug: z.string() });

const grantTargetSchema = z.discriminatedUnion('scope', [
  z.object({ scope: z.literal('toolbox'), toolbox: slugged }),
  z.object({ scope: z.literal('instance'), instance: slugged }),
  z.object({
    scope: z.literal('offering'),
    instance: slugged,
    kind: offeringKindSchema,
    name: z.string(),
  }),
]);

const grantSchema = z.object({
  id: idSchema,
  agent: slugged,
  effect: effectSchema,
  /** `allow` permits what needs this level or less; `deny` forbids what needs it or more. */
  level: levelSchema,
  target: grantTargetSchema,
  expired: z.boolean(),
  expiresAt: timestampSchema.optional(),
  createdAt: timestampSchema,
});

export type Grant = z.output<typeof grantSchema>;

const tags = ['grants'];

export const grantsContract = {
  list: procedure
    .route({ method: 'GET', path: '/grants', tags, summary: 'List grants' })
    .input(z.strictObject({ agent: refSchema.optional() }).optional())
    .output(z.object({ grants: z.array(grantSchema) })),
  create: procedure
    .route({
      method: 'POST',
      path: '/grants',
      tags,
      summary: 'Allow an agent something, or forbid it',
      successStatus: 201,
    })
    .input(
      z.strictObject({
        agent: refSchema,
        target: grantTargetInputSchema,
        level: levelSchema,
        effect: effectSchema.default('allow'),
        expiresAt: futureTimestampSchema.optional(),
      }),
    )
    .output(grantSchema),
  revoke: procedure
    .route({
      method: 'DELETE',
      path: '/grants/{grant}',
      tags,
      summary: 'Take a grant back; open sessions hear of it within a second',
    })
    .input(z.strictObject({ grant: idSchema }))
    .output(doneSchema),
};
