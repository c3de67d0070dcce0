import { type Change, commitChange } from '../../change.ts';
import { requireAnotherOwner, requireMember } from '../../members/queries.ts';
import { removeWithin } from '../../members/remove-member.ts';
import { eventsFor, type MemberServices } from '../../members/service.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { endSessionsHere } from './accounts.ts';
import type { Directory } from './authenticate-scim.ts';
import { refuseSameName } from './uniqueness.ts';
import { nameOf, type UserChange } from './user-attributes.ts';
import { lockScimUser, requireScimUser, type ScimUserRow } from './users.ts';

/**
 * Changes what the directory says of a member, and keeps them out or lets them in again. All of it is
 * of this organization alone: the account that they sign in with stays as it is.
 */
export async function changeUser(
  services: MemberServices,
  directory: Directory,
  id: string,
  change: UserChange,
): Promise<ScimUserRow> {
  const { organizationId } = directory;
  let suspended = false;
  const row = await refuseSameName(() =>
    commitChange(services, { organizationId }, async (tx) => {
      const before = await lockScimUser(tx, id);
      const made = await apply(services, tx, directory, before, change);
      suspended = before.member_suspended_at === null && made.result.member_suspended_at !== null;
      return made;
    }),
  );
  if (suspended) await endSessionsHere(services, organizationId, row.user_id);
  return row;
}

async function apply(
  { clock }: MemberServices,
  tx: TenantDb,
  directory: Directory,
  before: ScimUserRow,
  { active, ...attributes }: UserChange,
): Promise<Change<ScimUserRow>> {
  const now = new Date(clock());
  const fields = Object.entries(attributes)
    .filter(([name, value]) => Reflect.get(before, name) !== value)
    .map(([name]) => name);
  const step = nextStep(before, active);
  if (step === 'suspend' && before.role === 'owner')
    await requireAnotherOwner(tx, before.member_id);
  const stamp = step === 'suspend' ? now : null;
  await tx
    .updateTable('scim_users')
    .set({ ...attributes, updated_at: now, ...(step && { suspended_at: stamp }) })
    .where('id', '=', before.id)
    .execute();
  await tx
    .updateTable('members')
    .set({ name: nameOf({ ...before, ...attributes }), ...(step && { suspended_at: stamp }) })
    .where('id', '=', before.member_id)
    .execute();
  return {
    result: await requireScimUser(tx, before.id),
    record: {
      kind:
        step === undefined
          ? 'scim.user_changed'
          : step === 'suspend'
            ? 'member.suspended'
            : 'member.reinstated',
      change: {
        id: before.member_id,
        source: 'scim',
        tokenId: directory.tokenId,
        scimUserId: before.id,
        fields,
      },
    },
    events: step === undefined ? [] : await eventsFor(tx, directory, before.member_id),
  };
}

/** Who was suspended by hand stays so, whatever the directory says. */
function nextStep(
  { suspended_at: ours, member_suspended_at: current }: ScimUserRow,
  active: boolean | undefined,
): 'suspend' | 'reinstate' | undefined {
  if (active === false && current === null) return 'suspend';
  const isOurs = ours !== null && ours.getTime() === current?.getTime();
  return active === true && isOurs ? 'reinstate' : undefined;
}

/** Removes the member as an owner would: with their credentials, API keys and agents. */
export async function removeUser(
  services: MemberServices,
  directory: Directory,
  id: string,
): Promise<void> {
  const { organizationId, tokenId } = directory;
  const userId = await commitChange(services, { organizationId }, async (tx) => {
    const user = await lockScimUser(tx, id);
    const member = await requireMember(tx, user.member_id);
    if (member.role === 'owner') await requireAnotherOwner(tx, member.id);
    const { agents, events } = await removeWithin(services, tx, organizationId, member);
    return {
      result: user.user_id,
      record: {
        kind: 'member.removed',
        change: {
          id: member.id,
          name: member.name,
          role: member.role,
          agents,
          handedOverTo: null,
          source: 'scim',
          tokenId,
          scimUserId: id,
        },
      },
      events,
    };
  });
  await endSessionsHere(services, organizationId, userId);
}
