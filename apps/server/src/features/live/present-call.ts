import { callOutcomes } from '@plugboard/contracts';
import type { LiveCall } from '@plugboard/contracts/api';
import { z } from 'zod';

import { readNames } from '../audit/present-entries.ts';
import type { TenantDb } from '../tenant-db.ts';

/** The parts of a `call.outcome` record that lists of calls show. */
const outcomeSchema = z.object({
  at: z.number(),
  callId: z.string(),
  agentId: z.string(),
  memberId: z.string().optional(),
  instanceId: z.string().optional(),
  method: z.string(),
  offering: z.string().optional(),
  outcome: z.enum(callOutcomes),
  reason: z.string().optional(),
  durationMs: z.number(),
});

/** A call, and the member whose own the agent is that made it. */
export interface OwnedCall {
  readonly call: LiveCall;
  /** Also of an agent that is gone, which has no owner. */
  readonly agentId: string;
  readonly ownerId: string | undefined;
}

/** Records of outcomes as calls, with the names of now. What is none is left out. */
export async function presentCalls(
  db: TenantDb,
  stored: readonly { readonly seq: number; readonly record: string }[],
): Promise<OwnedCall[]> {
  const outcomes = stored.flatMap(({ seq, record }) => {
    const parsed = outcomeSchema.safeParse(JSON.parse(record));
    return parsed.success ? [{ seq, ...parsed.data }] : [];
  });
  const names = await readNames(db, {
    agents: [...new Set(outcomes.map(({ agentId }) => agentId))],
    instances: [...new Set(outcomes.flatMap(({ instanceId }) => instanceId ?? []))],
    members: [],
  });
  return outcomes.map((outcome) => {
    const { seq, at, callId, agentId, memberId, method, durationMs, reason } = outcome;
    const agent = names.agents.get(agentId);
    return {
      agentId,
      ownerId: agent?.memberId ?? undefined,
      call: {
        seq,
        at: new Date(at).toISOString(),
        callId,
        agent: agent ? { id: agent.id, slug: agent.slug, name: agent.name } : null,
        instance: names.instances.get(outcome.instanceId ?? '') ?? null,
        tool: outcome.offering ?? null,
        method,
        outcome: outcome.outcome,
        ...(reason !== undefined && { reason }),
        durationMs,
        ...(memberId !== undefined && { memberId }),
      },
    };
  });
}
