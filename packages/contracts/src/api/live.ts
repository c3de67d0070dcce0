import { eventIterator } from '@orpc/contract';
import { z } from 'zod';

import { callOutcomes } from '../call-outcomes.ts';
import { procedure } from './errors.ts';
import { instanceStateSchema } from './instances.ts';
import { timestampSchema } from './values.ts';
import { idSchema } from './vocabulary.ts';

export const callOutcomeSchema = z.enum(callOutcomes, {
  error: `one of ${callOutcomes.join(', ')}`,
});

/** One call that ended, as lists of them show it. Names are those of now; what is gone has none. */
export const liveCallSchema = z.object({
  /** Of its outcome in the audit log. */
  seq: z.int(),
  at: timestampSchema,
  callId: idSchema,
  /** Null when it is gone. */
  agent: z.object({ id: idSchema, slug: z.string(), name: z.string() }).nullable(),
  /** Null when it is gone, or when the call came to none. */
  instance: z.object({ id: idSchema, slug: z.string() }).nullable(),
  /** The server's own name for the tool or prompt, or the URI; redacted, and chosen by others. */
  tool: z.string().nullable(),
  /** Of MCP, such as `tools/call`. */
  method: z.string(),
  outcome: callOutcomeSchema,
  /** Why it was refused or failed: a code. */
  reason: z.string().optional(),
  durationMs: z.number(),
  /** For whom the agent acted, or who tried the tool as this agent. */
  memberId: idSchema.optional(),
});

export type LiveCall = z.output<typeof liveCallSchema>;

/** What a change may have touched: whoever shows any of it asks again. */
export const changeSubjects = [
  /** Grants, agents, toolboxes, tokens and clients of agents. */
  'access',
  /** An instance: added, changed, removed, started anew. */
  'instance',
  /** The tools, prompts and resources of an instance. */
  'definitions',
  'connection',
  /** Credentials and what they are bound to. */
  'credential',
  /** Encryption keys. */
  'keys',
  /** Members and invitations. */
  'member',
  'api_key',
  /** The organization, its policies, single sign-on and provisioning. */
  'organization',
  /** Sources of the catalog. */
  'catalog',
  /** All of it: what happened meanwhile is not known. */
  'everything',
] as const;

const liveEventSchema = z.discriminatedUnion('type', [
  /** The first of every stream. A new `nodeStartedAt` means that the server was started anew. */
  z.object({ type: z.literal('hello'), nodeStartedAt: timestampSchema, version: z.string() }),
  z.object({
    type: z.literal('change'),
    about: z.enum(changeSubjects),
    instanceId: idSchema.optional(),
    agentId: idSchema.optional(),
    connectionId: idSchema.optional(),
  }),
  /** An instance is in another state on this node. */
  z.object({ type: z.literal('state'), instanceId: idSchema, state: instanceStateSchema }),
  z.object({ type: z.literal('call'), call: liveCallSchema }),
  /** This listener was too slow: some events are left out here. Ask anew for all that is shown. */
  z.object({ type: z.literal('missed') }),
]);

export type LiveEvent = z.output<typeof liveEventSchema>;

export const liveContract = {
  watch: procedure
    .route({
      method: 'GET',
      path: '/live',
      tags: ['live'],
      summary: 'What happens from now on: changes, states of instances, and calls',
    })
    .output(eventIterator(liveEventSchema)),
};
