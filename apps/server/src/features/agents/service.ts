import { newId } from '@plugboard/contracts';

import type { AppServices } from '../../app/services.ts';
import { type Author, type ChangeServices, commitChange } from '../change.ts';
import { noSuch, slugTaken } from '../reference.ts';
import { type AgentRow, deleteAgent, insertAgent, selectAgent } from './queries.ts';

export interface CreateAgentInput {
  readonly slug: string;
  readonly name?: string | undefined;
  /** Whose own it is to be; the organization's when absent. */
  readonly memberId?: string | undefined;
}

export function createAgent(
  services: ChangeServices,
  author: Author,
  { slug, name = slug, memberId }: CreateAgentInput,
): Promise<AgentRow> {
  const { organizationId } = author;
  return commitChange(services, author, async (db) => {
    const id = newId();
    if (memberId !== undefined) {
      const owner = db.selectFrom('members').select('id').where('id', '=', memberId);
      if (!(await owner.executeTakeFirst())) throw noSuch('member', memberId);
    }
    const row = await insertAgent(db, { id, organizationId, slug, name, memberId });
    if (!row) throw slugTaken('agent', slug);
    return {
      result: row,
      record: {
        kind: 'agent.created',
        agentId: id,
        change: { id, slug, name, ...(memberId !== undefined && { owner: memberId }) },
      },
      events: [],
    };
  });
}

/** Its slug stays: clients and lock documents know it by that. */
export function renameAgent(
  services: ChangeServices,
  author: Author,
  { agent: ref, name }: { readonly agent: string; readonly name: string },
): Promise<AgentRow> {
  return commitChange(services, author, async (db) => {
    const row = await selectAgent(db, ref);
    if (!row) throw noSuch('agent', ref);
    const { id, slug, name: before } = row;
    await db.updateTable('agents').set({ name }).where('id', '=', id).execute();
    return {
      result: { ...row, name },
      record: { kind: 'agent.changed', agentId: id, change: { id, slug, name, before } },
      events: [],
    };
  });
}

export function revokeAgent(
  services: ChangeServices & Pick<AppServices, 'keyring'>,
  author: Author,
  ref: string,
): Promise<string> {
  const { organizationId } = author;
  return commitChange(services, author, async (db) => {
    const row = await selectAgent(db, ref);
    if (!row) throw noSuch('agent', ref);
    const { id, slug } = row;
    await deleteAgent(db, id);
    await services.keyring.destroy(db, { organizationId, kind: 'agent', id });
    return {
      result: id,
      record: { kind: 'agent.revoked', agentId: id, change: { id, slug } },
      events: [{ kind: 'identity', organizationId, agentId: id }],
    };
  });
}
