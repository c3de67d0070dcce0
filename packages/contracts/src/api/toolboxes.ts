import { z } from 'zod';

import { idSchema, levelSchema, slugSchema } from './vocabulary.ts';
import { procedure } from './errors.ts';
import { displayNameSchema, doneSchema, refSchema, timestampSchema } from './values.ts';

const environments = ['dev', 'staging', 'prod'] as const;

export const environmentSchema = z.enum(environments, {
  error: 'an environment is one of dev, staging, prod',
});

const toolboxSchema = z.object({
  id: idSchema,
  slug: z.string(),
  name: z.string(),
  environment: environmentSchema,
  instances: z.int(),
  /** Up to which level members may give it to agents of their own; absent for not at all. */
  memberLevel: levelSchema.optional(),
  /** The endpoint that serves this toolbox alone. */
  mcpUrl: z.url(),
  createdAt: timestampSchema,
});

export type Toolbox = z.output<typeof toolboxSchema>;

const tags = ['toolboxes'];

export const toolboxesContract = {
  list: procedure
    .route({ method: 'GET', path: '/toolboxes', tags, summary: 'List toolboxes' })
    .output(z.object({ toolboxes: z.array(toolboxSchema) })),
  create: procedure
    .route({
      method: 'POST',
      path: '/toolboxes',
      tags,
      summary: 'Create a toolbox',
      successStatus: 201,
    })
    .input(
      z.strictObject({
        slug: slugSchema,
        name: displayNameSchema.optional(),
        environment: environmentSchema.optional(),
      }),
    )
    .output(toolboxSchema),
  change: procedure
    .route({ method: 'PATCH', path: '/toolboxes/{toolbox}', tags, summary: 'Change a toolbox' })
    .input(
      z
        .strictObject({
          toolbox: refSchema,
          name: displayNameSchema.optional(),
          environment: environmentSchema.optional(),
          /** Up to which level members may give it to agents of their own; null for not at all. */
          memberLevel: levelSchema.nullable().optional(),
        })
        .refine(
          ({ name, environment, memberLevel }) =>
            name !== undefined || environment !== undefined || memberLevel !== undefined,
          'say what to change: name, environment or memberLevel',
        ),
    )
    .output(toolboxSchema),
  delete: procedure
    .route({
      method: 'DELETE',
      path: '/toolboxes/{toolbox}',
      tags,
      summary: 'Delete an empty toolbox and the grants on it',
    })
    .input(z.strictObject({ toolbox: refSchema }))
    .output(doneSchema),
};
