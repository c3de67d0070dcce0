import { z } from 'zod';

import { procedure } from './errors.ts';

const licenceSchema = z
  .string()
  .trim()
  .min(1, 'name a licence such as MIT')
  .max(200, 'at most 200 characters')
  .regex(
    /^[\w.+():/ -]+$/,
    'an SPDX identifier such as MIT or GPL-2.0-only WITH Classpath-exception-2.0',
  );

const licencesSchema = z.array(licenceSchema).max(500, 'at most 500 licences');

/**
 * Which licences packages may have. Identifiers are SPDX's, with an exception (`… WITH …`) where one
 * is meant; other texts mean a package that states exactly that.
 */
export const licencePolicySchema = z.strictObject({
  /** Only these; null for all that are not denied. */
  allow: licencesSchema.min(1, 'name at least one licence, or null for all').nullable(),
  deny: licencesSchema,
  /** A package that states none, or none that can be read. */
  unknown: z.enum(['allow', 'warn', 'refuse'], { error: 'allow, warn or refuse' }),
});

export type LicencePolicy = z.output<typeof licencePolicySchema>;

const tags = ['organization'];

export const licencePolicyContract = {
  get: procedure
    .route({
      method: 'GET',
      path: '/organization/licence-policy',
      tags,
      summary: 'Which licences installed packages may have',
    })
    .output(licencePolicySchema),
  set: procedure
    .route({
      method: 'PUT',
      path: '/organization/licence-policy',
      tags,
      summary: 'Set which licences packages may have that are installed from now on',
    })
    .input(licencePolicySchema)
    .output(licencePolicySchema),
};
