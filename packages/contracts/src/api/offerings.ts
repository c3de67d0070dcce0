import { z } from 'zod';

import { levelSchema } from './vocabulary.ts';
import { offeringKindSchema } from './vocabulary.ts';
import { procedure } from './errors.ts';
import { refSchema, timestampSchema } from './values.ts';

/** A tool's or prompt's own name, a resource's URI, or a URI template. */
export const offeringNameSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(2048, 'at most 2048 characters');

const offeringSchema = z.object({
  kind: offeringKindSchema,
  name: z.string(),
  /** Its name on endpoints that aggregate; absent where the kind goes by URI. */
  exposedName: z.string().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  /** The level it needs. */
  level: levelSchema,
  /** What its annotations ask for. */
  declaredLevel: levelSchema,
  overridden: z.boolean(),
});

export type OfferingView = z.output<typeof offeringSchema>;

const instanceOfferingsSchema = z.object({
  instance: z.string(),
  definedAt: timestampSchema.optional(),
  offerings: z.array(offeringSchema),
});

const definitionSchema = z.object({
  kind: offeringKindSchema,
  name: z.string(),
  level: levelSchema,
  declaredLevel: levelSchema,
  overridden: z.boolean(),
  /** The server's own JSON, untouched: written by others, so only ever shown as text. */
  definition: z.unknown(),
  /** SHA-256 of the definition in its canonical form, in hex. */
  hash: z.string(),
});

export type OfferingDefinition = z.output<typeof definitionSchema>;

const tags = ['offerings'];

const target = {
  instance: refSchema,
  kind: offeringKindSchema.default('tool'),
  name: offeringNameSchema,
};

export const offeringsContract = {
  list: procedure
    .route({
      method: 'GET',
      path: '/instances/{instance}/offerings',
      tags,
      summary: 'What an instance offers, with the level each needs',
    })
    .input(z.strictObject({ instance: refSchema, kind: offeringKindSchema.optional() }))
    .output(instanceOfferingsSchema),
  definition: procedure
    .route({
      method: 'GET',
      path: '/instances/{instance}/definition',
      tags,
      summary: 'What the server says of one tool, prompt or resource, with its schemas',
    })
    .input(z.strictObject(target))
    .output(definitionSchema),
  setLevel: procedure
    .route({
      method: 'PUT',
      path: '/instances/{instance}/levels',
      tags,
      summary: 'Say which level a tool needs, whatever its annotations say',
    })
    .input(z.strictObject({ ...target, level: levelSchema }))
    .output(offeringSchema),
  resetLevel: procedure
    .route({
      method: 'POST',
      path: '/instances/{instance}/levels/reset',
      tags,
      summary: 'Go back to the level that the annotations ask for',
    })
    .input(z.strictObject(target))
    .output(offeringSchema),
};
