import { newId } from '@plugboard/contracts';
import type { CallOutcome } from '@plugboard/gateway';

import type { TestApp } from '../../../app/testing/build-app.ts';
import { withTenant } from '../../../store/tenant.ts';

/** How a call ended, as the gateway records it. */
export function buildOutcome(agentId: string, facts: Partial<CallOutcome> = {}): CallOutcome {
  return {
    kind: 'call.outcome',
    at: Date.now(),
    callId: newId(),
    agentId,
    method: 'tools/call',
    outcome: 'ok',
    durationMs: 1.5,
    ...facts,
  };
}

/** The agent that every new installation has. */
export async function demoAgent(app: TestApp): Promise<{ id: string; name: string }> {
  const { body } = await app.request('GET', '/agents');
  return body.agents.find(({ slug }: { slug: string }) => slug === 'demo');
}

/** An agent that is a member's own. */
export async function ownAgent(app: TestApp, memberId: string): Promise<{ id: string }> {
  const id = newId();
  const { organizationId } = app;
  await withTenant(app.services.db, organizationId, (tx) =>
    tx
      .insertInto('agents')
      .values({
        id,
        organization_id: organizationId,
        slug: `own-${id.slice(-12)}`,
        name: 'Own',
        member_id: memberId,
      })
      .execute(),
  );
  return { id };
}
