import type { Need } from '@plugboard/contracts/api';

import { selectAgents } from '../../agents/queries.ts';
import { mayDo, type NeedContext, needId } from './need-context.ts';

const dayMs = 86_400_000;
const idleDays = 30;
/** A new agent is given so much time. */
const newDays = 14;

/** That there is no agent, and agents that may much and do nothing. */
export async function findAgentNeeds(context: NeedContext): Promise<Need[]> {
  const rows = await selectAgents(context.db);
  if (rows.length === 0) return mayDo(context, 'agent.create') ? [noAgent] : [];
  if (!mayDo(context, 'grant.revoke')) return [];
  const { now } = context;
  return rows
    .filter(
      ({ grants, created_at: made, last_seen_at: seen }) =>
        grants > 0 &&
        made.getTime() < now - newDays * dayMs &&
        (seen?.getTime() ?? 0) < now - idleDays * dayMs,
    )
    .map(({ id, slug, name, last_seen_at: seen }) => ({
      id: needId('agent_idle_grant', id),
      kind: 'agent_idle_grant',
      severity: 'low',
      title: `${name} is not used`,
      detail: `${seen ? `It was last seen more than ${idleDays} days ago` : 'It was never seen'}, and still may call tools. Take back what it does not need.`,
      ...(seen && { since: seen.toISOString() }),
      agent: { id, slug, name },
      action: { kind: 'open', href: `/agents/${slug}` },
    }));
}

const noAgent: Need = {
  id: needId('no_agent'),
  kind: 'no_agent',
  severity: 'medium',
  title: 'There is no agent',
  detail: 'Make one, and give its token to the client that you use.',
  action: { kind: 'open', href: '/agents?new=true' },
};
