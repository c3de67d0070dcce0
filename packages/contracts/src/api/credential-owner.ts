import { z } from 'zod';

import { refSchema } from './values.ts';

/** Whose a new credential or connection is to be. */
export const ownerInputSchema = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('organization') }),
    /** Whoever asks: nobody gives or connects what is another person's. */
    z.strictObject({ kind: z.literal('member') }),
    z.strictObject({ kind: z.literal('agent'), agent: refSchema }),
  ],
  { error: 'an owner has the kind organization, member or agent (with agent)' },
);
