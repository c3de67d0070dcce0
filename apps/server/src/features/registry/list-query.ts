import { AppError } from '@plugboard/contracts';
import { z } from 'zod';

const maxLimit = 100;
const limitForm = 'a whole number from 1 to 100';

const withoutNul = (text: string) => !text.includes('\0');

const listQuerySchema = z.object({
  cursor: z.string().max(1000, 'at most 1000 characters').optional(),
  limit: z.coerce
    .number(limitForm)
    .int(limitForm)
    .min(1, limitForm)
    // Asking for more than a page holds is no fault.
    .transform((limit) => Math.min(limit, maxLimit))
    .default(30),
  search: z
    .string()
    .max(200, 'at most 200 characters')
    .refine(withoutNul, 'must not contain a NUL character')
    .optional(),
  updated_since: z.iso
    .datetime({ offset: true, error: 'a date and time such as 2026-01-31T12:00:00Z' })
    .transform((text) => new Date(text))
    .optional(),
  version: z
    .string()
    .max(255, 'at most 255 characters')
    .refine(withoutNul, 'must not contain a NUL character')
    .optional(),
  include_deleted: z.stringbool({ error: 'true or false' }).default(false),
});

/** What a request for a list asks for. */
export type ListQuery = z.output<typeof listQuerySchema>;

/** Reads the query of a URL. Throws `AppError('invalid_input')` naming the parameters at fault. */
export function readListQuery(query: Readonly<Record<string, string>>): ListQuery {
  // VS Code sends parameters that it has no value for as empty ones.
  const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));
  const read = listQuerySchema.safeParse(given);
  if (read.success) return read.data;
  const faults = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new AppError('invalid_input', faults.join('; '));
}
