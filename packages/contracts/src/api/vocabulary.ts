import { z } from 'zod';

import { idPattern, maxSlugLength, slugPattern } from '../ids.ts';
import { levels } from '../levels.ts';
import { offeringKinds } from '../offerings.ts';

/** The words of contracts as the API checks them. */

export const idSchema = z.string().regex(idPattern, 'an id, which is a UUID');

export const slugSchema = z
  .string()
  .max(maxSlugLength, `at most ${maxSlugLength} characters`)
  .regex(
    slugPattern,
    'lower-case letters, digits and single hyphens, beginning with a letter, such as "my-server"',
  );

export const levelSchema = z.enum(levels, {
  error: 'a level is one of read, write, execute, admin',
});

export const offeringKindSchema = z.enum(offeringKinds);
