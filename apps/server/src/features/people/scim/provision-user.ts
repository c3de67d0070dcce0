import { newId } from '@plugboard/contracts';

import { withTenant } from '../../../store/tenant.ts';
import { type Change, commitChange } from '../../change.ts';
import { requireAnotherOwner } from '../../members/queries.ts';
import { eventsFor, type MemberServices } from '../../members/service.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { becomeMember } from '../become-member.ts';
import { endSessionsHere, makeAccount, taken } from './accounts.ts';
import type { Directory } from './authenticate-scim.ts';
import { isProvenAddress } from './proven-domain.ts';
import { scimError } from './scim-error.ts';
import { refuseSameName } from './uniqueness.ts';
import { nameOf } from './user-attributes.ts';
import type { WholeUser } from './user-input.ts';
import { requireScimUser, type ScimUserRow } from './users.ts';

/**
 * Makes a member of whom the directory names. Who is one already becomes the directory's only when
 * their address is of the organization's proven domain.
 */
export async function provisionUser(
  services: MemberServices,
  directory: Directory,
  user: WholeUser,
): Promise<ScimUserRow> {
  const { organizationId } = directory;
  const { member, isProven } = await withTenant(services.db, organizationId, async (tx) => {
    await refuseSameUser(tx, user);
    return {
      member: await memberOf(tx, user.email),
      isProven: await isProvenAddress(tx, user.email),
    };
  });
  if (member && !isProven) throw taken();
  const userId = member
    ? undefined
    : await makeAccount(services, { email: user.email, name: nameOf(user), isProven });
  const row = await refuseSameName(() =>
    commitChange(services, { organizationId }, (tx) =>
      userId === undefined
        ? adopt(services, tx, directory, user)
        : join(services, tx, directory, user, userId),
    ),
  );
  if (row.member_suspended_at !== null) {
    await endSessionsHere(services, organizationId, row.user_id);
  }
  return row;
}

async function join(
  { clock }: MemberServices,
  tx: TenantDb,
  { organizationId, tokenId }: Directory,
  user: WholeUser,
  userId: string,
): Promise<Change<ScimUserRow>> {
  const role = 'member';
  const name = nameOf(user);
  const memberId = await becomeMember(tx, { organizationId, userId, name, role, source: 'scim' });
  const suspendedAt = user.active === false ? new Date(clock()) : null;
  await tx
    .updateTable('members')
    .set({ suspended_at: suspendedAt })
    .where('id', '=', memberId)
    .execute();
  const row = await insertUser(tx, organizationId, user, {
    member_id: memberId,
    given_role: role,
    suspended_at: suspendedAt,
  });
  return {
    result: row,
    record: {
      kind: 'member.joined',
      change: {
        id: memberId,
        role,
        source: 'scim',
        tokenId,
        scimUserId: row.id,
        active: suspendedAt === null,
      },
    },
    events: [{ kind: 'access', organizationId }],
  };
}

/** Roles above member were given by hand, and stay so. */
async function adopt(
  { clock }: MemberServices,
  tx: TenantDb,
  directory: Directory,
  user: WholeUser,
): Promise<Change<ScimUserRow>> {
  const { organizationId, tokenId } = directory;
  const member = await memberOf(tx, user.email);
  if (!member || !(await isProvenAddress(tx, user.email))) throw taken();
  const suspends = user.active === false && member.suspended_at === null;
  if (suspends && member.role === 'owner') await requireAnotherOwner(tx, member.id);
  const suspendedAt = suspends ? new Date(clock()) : null;
  await tx
    .updateTable('members')
    .set({ name: nameOf(user), ...(suspends && { suspended_at: suspendedAt }) })
    .where('id', '=', member.id)
    .execute();
  const row = await insertUser(tx, organizationId, user, {
    member_id: member.id,
    given_role: member.role === 'member' ? 'member' : null,
    suspended_at: suspendedAt,
  });
  return {
    result: row,
    record: {
      kind: 'scim.user_adopted',
      change: { id: member.id, source: 'scim', tokenId, scimUserId: row.id, active: !suspends },
    },
    events: suspends ? await eventsFor(tx, directory, member.id) : [],
  };
}

async function insertUser(
  tx: TenantDb,
  organizationId: string,
  { active: _active, ...attributes }: WholeUser,
  member: Pick<ScimUserRow, 'member_id' | 'given_role' | 'suspended_at'>,
): Promise<ScimUserRow> {
  const id = newId();
  await tx
    .insertInto('scim_users')
    .values({ id, organization_id: organizationId, ...attributes, ...member })
    .execute();
  return requireScimUser(tx, id);
}

/** Before an account is made for one who cannot be stored. */
async function refuseSameUser(tx: TenantDb, user: WholeUser): Promise<void> {
  const same = await tx
    .selectFrom('scim_users')
    .select('id')
    .where((eb) =>
      eb.or([
        eb(eb.fn('lower', ['user_name']), '=', user.user_name.toLowerCase()),
        ...(user.external_id === null ? [] : [eb('external_id', '=', user.external_id)]),
      ]),
    )
    .executeTakeFirst();
  if (same) throw scimError('uniqueness', 'There is a User with this userName or externalId.');
}

function memberOf(tx: TenantDb, email: string) {
  return tx
    .selectFrom('members')
    .innerJoin('users', 'users.id', 'members.user_id')
    .select(['members.id', 'members.role', 'members.suspended_at', 'members.user_id'])
    .where('users.email', '=', email)
    .executeTakeFirst();
}
