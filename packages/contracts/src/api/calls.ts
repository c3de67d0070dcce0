import { z } from 'zod';

import { toolReference } from './access.ts';
import { procedure } from './errors.ts';
import { refSchema } from './values.ts';
import { idSchema } from './vocabulary.ts';

/**
 * How a call ended. A refusal or a fault on the way is an error of the API instead, whose details
 * have `callId` and `auditSeq` as well, once the call was begun.
 */
const callResultSchema = z.object({
  /** Finds its records in the audit log. */
  callId: idSchema,
  /** Of its outcome in the audit log; absent when the log cannot be read now. */
  auditSeq: z.int().optional(),
  /** `tool_error`: the tool itself says it failed. `error`: the server answered a JSON-RPC error. */
  outcome: z.enum(['ok', 'tool_error', 'error']),
  durationMs: z.number(),
  /** The server's result as it sent it, for a tool, prompt or resource as MCP defines it. */
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
      summary:
        'Call a tool, get a prompt or read a resource as an agent: decided, limited and audited like any call of it',
    })
    .input(
      z.strictObject({
        agent: refSchema,
        instance: toolReference.instance,
        kind: z
          .enum(['tool', 'prompt', 'resource'], { error: 'tool, prompt or resource' })
          .default('tool'),
        /** Of the tool or prompt, or the URI of the resource. */
        name: toolReference.name,
        /** Of a tool or a prompt; a prompt's are texts, and a resource takes none. */
        arguments: z.record(z.string(), z.unknown()).default({}),
        timeoutMs: z.int().min(100, 'at least 100').max(3_600_000, 'at most 3600000').optional(),
      }),
    )
    .output(callResultSchema),
};
