import { z } from 'zod';

import { toolReference } from './access.ts';
import { procedure } from './errors.ts';
import { refSchema } from './values.ts';

/** How a call ended. A refusal or a fault on the way is an error of the API instead. */
const callResultSchema = z.object({
  /** `tool_error`: the tool itself says it failed. `error`: the server answered a JSON-RPC error. */
  outcome: z.enum(['ok', 'tool_error', 'error']),
  durationMs: z.number(),
  /** The server's result as it sent it. */
  result: z.unknown().optional(),
  error: z
    .object({ code: z.number(), message: z.string(), data: z.unknown().optional() })
    .optional(),
});

export type CallResult = z.output<typeof callResultSchema>;

export const callsContract = {
  create: procedure
    .route({
      method: 'POST',
      path: '/calls',
      tags: ['calls'],
      summary: 'Call a tool as an agent: decided, limited and audited like any call of it',
    })
    .input(
      z.strictObject({
        agent: refSchema,
        instance: toolReference.instance,
        name: toolReference.name,
        arguments: z.record(z.string(), z.unknown()).default({}),
        timeoutMs: z.int().min(100, 'at least 100').max(3_600_000, 'at most 3600000').optional(),
      }),
    )
    .output(callResultSchema),
};
