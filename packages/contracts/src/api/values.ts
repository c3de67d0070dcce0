import { z } from 'zod';

import { idSchema, slugSchema } from './vocabulary.ts';

/** A moment as the API writes it: ISO 8601 in UTC. */
export const timestampSchema = z.iso.datetime();

/**
 * How a request names a toolbox, an instance or an agent: by its slug or its id. The two cannot be
 * mistaken for each other, an id being longer than any slug.
 */
export const refSchema = z.union([slugSchema, idSchema], {
  error: 'a slug such as "my-server", or an id',
});

/** A name for people, not for URLs. */
export const displayNameSchema = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(100, 'at most 100 characters')
  // oxlint-disable-next-line no-control-regex -- control characters are what it refuses
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'must not contain control characters');

/** A whole number that may come from a query string. */
export function queryInteger(minimum: number, maximum: number): z.ZodCoercedNumber<number> {
  const wanted = `a whole number from ${minimum} to ${maximum}`;
  return z.coerce.number<number>(wanted).int(wanted).min(minimum, wanted).max(maximum, wanted);
}

/** A yes or no that may come from a query string. */
export const queryBoolean = z.union([z.boolean(), z.stringbool({ error: 'true or false' })], {
  error: 'true or false',
});

/** When something ends; it has to lie in the future when it is set. */
export const futureTimestampSchema = z.iso
  .datetime({ offset: true, error: 'a date and time such as 2030-01-31T12:00:00Z' })
  .refine((text) => Date.parse(text) > Date.now(), 'must lie in the future');

/** What a delete or revoke answers. */
export const doneSchema = z.object({ id: idSchema });
