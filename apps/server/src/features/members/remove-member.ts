import { AppError, type ChangeEvent } from '@plugboard/contracts';

import { commitChange } from '../change.ts';
import { bindingEvents } from '../credentials/bindings/queries.ts';
import type { TenantDb } from '../tenant-db.ts';
import type { Actor } from './policy.ts';
import { type MemberRow, requireAnotherOwner, requireMember, selectAgentsOf } from './queries.ts';
import { requirePermission } from './require.ts';
import { type MemberServices, requireManaging } from './service.ts';

export interface RemoveMemberInput {
  readonly member: string;
  /** Who takes over their agents, with what these were granted and without their tokens. */
  readonly handOverTo?: string | undefined;
}

/**
 * Removes a member, or lets one leave. Their credentials, API keys, and agents that are not handed over
 * go with them, and the keys that sealed what was theirs are destroyed.
 */
export function removeMember(
  services: MemberServices,
  actor: Actor,
  { member: ref, handOverTo }: RemoveMemberInput,
): Promise<string> {
  const { organizationId } = actor;
  return commitChange(services, actor, async (db) => {
    const member = await requireMember(db, ref);
    requirePermission(actor, 'member.remove', { memberId: member.id });
    // Any owner may leave; another's ownership is for owners to end.
    if (member.id !== actor.memberId) requireManaging(actor, member.role);
    if (member.role === 'owner') await requireAnotherOwner(db, member.id);
    const heir = handOverTo === undefined ? undefined : await requireHeir(db, handOverTo, member);
    const { agents, events } = await removeWithin(services, db, organizationId, member, heir);
    return {
      result: member.id,
      record: {
        kind: member.id === actor.memberId ? 'member.left' : 'member.removed',
        change: {
          id: member.id,
          name: member.name,
          role: member.role,
          agents,
          handedOverTo: heir?.id ?? null,
        },
      },
      events,
    };
  });
}

/**
 * Removes a member within a transaction that has seen to who may, and that an owner is left. Resolves
 * with the slugs of agents that were theirs, and what others must hear of.
 */
export async function removeWithin(
  { keyring }: Pick<MemberServices, 'keyring'>,
  db: TenantDb,
  organizationId: string,
  member: MemberRow,
  heir?: MemberRow,
): Promise<{ agents: readonly string[]; events: readonly ChangeEvent[] }> {
  const { own, concerned } = await selectAgentsOf(db, member.id);
  const sets = await credentialSetsOf(db, organizationId, member.id, heir ? [] : own);
  if (heir) await handOver(db, member.id, heir.id);
  await db.deleteFrom('members').where('id', '=', member.id).execute();
  if (!heir) {
    for (const { id } of own) {
      await keyring.destroy(db, { organizationId, kind: 'agent', id });
    }
  }
  await keyring.destroy(db, { organizationId, kind: 'member', id: member.id });
  return {
    agents: own.map(({ slug }) => slug),
    events: [
      { kind: 'access', organizationId },
      ...sets,
      ...concerned.map((agentId) => ({ kind: 'identity', organizationId, agentId }) as const),
    ],
  };
}

async function requireHeir(db: TenantDb, ref: string, leaving: MemberRow): Promise<MemberRow> {
  const heir = await requireMember(db, ref);
  if (heir.id !== leaving.id && heir.suspended_at === null) return heir;
  throw new AppError(
    'invalid_input',
    'Agents are handed over to another member who is not suspended.',
  );
}

/** Processes that were started with what is theirs, or their agents', stop. */
async function credentialSetsOf(
  db: TenantDb,
  organizationId: string,
  memberId: string,
  agents: readonly { readonly id: string }[],
): Promise<readonly ChangeEvent[]> {
  const owners = [memberId, ...agents.map(({ id }) => id)];
  const rows = await db
    .selectFrom('instance_credentials')
    .select(['instance_id', 'owner_kind', 'member_id', 'agent_id'])
    .distinct()
    .where((eb) => eb.or([eb('member_id', 'in', owners), eb('agent_id', 'in', owners)]))
    .execute();
  return bindingEvents(organizationId, rows, 'removed');
}

/** Their tokens may be known to who leaves, so they open nothing any more. */
async function handOver(db: TenantDb, from: string, to: string): Promise<void> {
  const agents = db.selectFrom('agents').select('id').where('member_id', '=', from);
  await db.deleteFrom('agent_tokens').where('agent_id', 'in', agents).execute();
  await db.updateTable('agents').set({ member_id: to }).where('member_id', '=', from).execute();
}
