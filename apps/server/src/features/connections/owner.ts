import { AppError } from '@plugboard/contracts';
import type { BeginConnectionInput } from '@plugboard/contracts/api';

import { selectAgent } from '../agents/queries.ts';
import type { Actor } from '../members/policy.ts';
import { requirePermission } from '../members/require.ts';
import { noSuch } from '../reference.ts';
import type { TenantDb } from '../tenant-db.ts';
import type { IntentOwner } from './flow/intent.ts';

/** Whose the connection will be, if this member may connect for them. */
export async function requireOwner(
  db: TenantDb,
  actor: Actor,
  owner: BeginConnectionInput['owner'],
): Promise<IntentOwner> {
  switch (owner.kind) {
    case 'member':
      requirePermission(actor, 'connection.connect_own');
      return { kind: 'member', id: actor.memberId };
    case 'organization':
      requirePermission(actor, 'connection.connect_shared');
      return { kind: 'organization' };
    case 'agent': {
      const agent = await selectAgent(db, owner.agent);
      if (!agent) throw noSuch('agent', owner.agent);
      await requireChange(db, actor, { kind: 'agent', id: agent.id });
      return { kind: 'agent', id: agent.id };
    }
  }
}

/**
 * Throws unless a member may connect, renew or remove what belongs to this owner: its own, an agent's
 * that is its own, and as owner or admin the organization's and all agents'. Nobody connects for
 * another person.
 */
export async function requireChange(db: TenantDb, actor: Actor, owner: IntentOwner): Promise<void> {
  if (owner.kind === 'organization') {
    requirePermission(actor, 'connection.connect_shared');
    return;
  }
  requirePermission(actor, 'connection.connect_own');
  if (owner.kind === 'member') {
    if (owner.id === actor.memberId) return;
    throw new AppError('forbidden', 'This connection belongs to another member.', {
      details: { reason: 'other_member' },
    });
  }
  const agent = await db
    .selectFrom('agents')
    .select('member_id')
    .where('id', '=', owner.id)
    .executeTakeFirst();
  if (agent?.member_id === actor.memberId) return;
  requirePermission(actor, 'connection.connect_shared');
}

/** The owner of a stored connection. */
export function ownerOf(row: {
  readonly owner_kind: 'organization' | 'member' | 'agent';
  readonly member_id: string | null;
  readonly agent_id: string | null;
}): IntentOwner {
  if (row.owner_kind === 'organization') return { kind: 'organization' };
  return { kind: row.owner_kind, id: row.member_id ?? row.agent_id ?? '' };
}
