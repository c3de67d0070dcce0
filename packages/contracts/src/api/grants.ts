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

/** What is to be allowed, or denied, at exactly one target. */
const grantChangeSchema = z.strictObject({
  agent: refSchema,
  target: grantTargetInputSchema,
  /** Null: no grant of that effect at that target. */
  level: levelSchema.nullable(),
  effect: effectSchema.optional(),
  expiresAt: futureTimestampSchema.optional(),
});

export type GrantChange = z.input<typeof grantChangeSchema>;

export const setGrantsSchema = z.strictObject({
  /**
   * Several for the same agent, target and effect are taken together: each is a grant, and there are
   * no others.
   */
  changes: z
    .array(grantChangeSchema)
    .min(1, 'say at least one change')
    .max(1000, 'at most 1000 changes at once'),
  /** Asked for when agents gain something dangerous; without it that is refused (`conflict`). */
  confirm: z.boolean().optional(),
});

export type SetGrantsInput = z.input<typeof setGrantsSchema>;

const grantsSetSchema = z.object({
  /** How many of the targets have other grants now than before. */
  changed: z.int(),
  /** What was there: sent back, with `confirm`, it undoes this. Empty when nothing changed. */
  before: z.array(
    z.object({
      agent: idSchema,
      target: z.discriminatedUnion('scope', [
        z.object({ scope: z.literal('toolbox'), toolbox: idSchema }),
        z.object({ scope: z.literal('instance'), instance: idSchema }),
        z.object({
          scope: z.literal('offering'),
          instance: idSchema,
          kind: offeringKindSchema,
          name: z.string(),
        }),
      ]),
      level: levelSchema.nullable(),
      effect: effectSchema,
      expiresAt: timestampSchema.optional(),
    }),
  ),
});

export type GrantsSet = z.output<typeof grantsSetSchema>;

const grantEffectSchema = z.object({
  agent: slugged,
  instance: slugged,
  kind: offeringKindSchema,
  name: z.string(),
  /** The level it needs. */
  level: levelSchema,
  /** It needs admin, or may write or execute and does not say that it destroys nothing. */
  dangerous: z.boolean(),
});

export type GrantEffect = z.output<typeof grantEffectSchema>;

const grantsPreviewSchema = z.object({
  /** What agents could use that they cannot now: dangerous first, at most 500. */
  gains: z.array(grantEffectSchema),
  /** What they could use no longer, likewise. */
  loses: z.array(grantEffectSchema),
  /** Of all, also of those that are not listed. */
  totals: z.object({ gains: z.int(), loses: z.int(), dangerous: z.int(), agents: z.int() }),
});

export type GrantsPreview = z.output<typeof grantsPreviewSchema>;

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
  set: procedure
    .route({
      method: 'POST',
      path: '/grants/set',
      tags,
      summary: 'Make what is granted at each target to be this level or none, all or nothing',
    })
    .input(setGrantsSchema)
    .output(grantsSetSchema),
  preview: procedure
    .route({
      method: 'POST',
      path: '/grants/preview',
      tags,
      summary: 'What agents would gain and lose; nothing is done',
    })
    .input(setGrantsSchema)
    .output(grantsPreviewSchema),
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
