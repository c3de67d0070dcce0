import { z } from 'zod';

import { procedure } from './errors.ts';
import { remoteTransportSchema } from './launch.ts';
import { refSchema } from './values.ts';

/**
 * How a server would be run without Plugboard. `{workDir}` in arguments and variables is a folder of
 * its own; secrets are named and never told.
 */
const exportedServerSchema = z.object({
  slug: z.string(),
  toolbox: z.string(),
  run: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('npm'),
      /** With its exact version. */
      spec: z.string(),
      /** Which of its commands, when it has several. */
      command: z.string().optional(),
      args: z.array(z.string()),
      env: z.record(z.string(), z.string()),
    }),
    z.object({
      kind: z.literal('remote'),
      url: z.string(),
      transport: remoteTransportSchema,
      headers: z.record(z.string(), z.string()),
    }),
    /** Something that no client can be told to run. */
    z.object({ kind: z.literal('other'), why: z.string() }),
  ]),
  /** Variables, or headers of a remote. */
  secretNames: z.array(z.string()),
});

export type ExportedServer = z.output<typeof exportedServerSchema>;

export const exportsContract = {
  direct: procedure
    .route({
      method: 'GET',
      path: '/exports/direct',
      tags: ['imports'],
      summary: 'Say how servers would be run by a client itself, without Plugboard',
    })
    .input(
      z.strictObject({ toolbox: refSchema.optional(), instance: refSchema.optional() }).optional(),
    )
    .output(z.object({ servers: z.array(exportedServerSchema) })),
};
