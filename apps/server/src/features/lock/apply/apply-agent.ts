import { selectAgent } from '../../agents/queries.ts';
import { createAgent, revokeAgent } from '../../agents/service.ts';
import { commitChange } from '../../change.ts';
import { noSuch } from '../../reference.ts';
import type { Step } from '../plan-lock.ts';
import { type ApplyContext, wantedOf } from './apply-context.ts';

export async function applyAgent(
  { services, author, wanted }: ApplyContext,
  { action, id: slug }: Step,
): Promise<void> {
  if (action === 'delete') {
    await revokeAgent(services, author, slug);
    return;
  }
  const { name } = wantedOf(wanted.agents, slug);
  if (action === 'create') {
    await createAgent(services, author, { slug, name });
    return;
  }
  await commitChange(services, author, async (db) => {
    const before = await selectAgent(db, slug);
    if (!before) throw noSuch('agent', slug);
    await db.updateTable('agents').set({ name }).where('id', '=', before.id).execute();
    return {
      result: undefined,
      record: {
        kind: 'agent.changed',
        agentId: before.id,
        change: { id: before.id, slug, before: { name: before.name }, after: { name } },
      },
      events: [],
    };
  });
}
