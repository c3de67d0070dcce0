import { newId } from '@plugboard/contracts';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import { commitChange } from '../../change.ts';
import type { Role } from '../../members/policy.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { becomeMember } from '../become-member.ts';
import { withPerson } from '../memberships.ts';
import { domainOf, type SsoPerson } from './person.ts';
import { roleRules, type SsoProviderRow } from './provider-row.ts';
import { refusal } from './refusal.ts';

type Services = Pick<AppServices, 'db' | 'audit' | 'clock' | 'heard'>;

export interface Admitted {
  readonly userId: string;
  readonly memberId: string;
}

/**
 * Who comes in as whom, by what an organization's provider says. It speaks for verified addresses of
 * domains that the organization proved, and for accounts that are members of the organization or are
 * made by it: never for one that only has the address.
 */
export async function admit(
  services: Services,
  row: SsoProviderRow,
  person: SsoPerson,
): Promise<Admitted> {
  const email = await requireAddress(services, row, person);
  const role = roleOf(row, person);
  const userId = await findUser(services, row, person, { email, role });
  return commitChange(services, { organizationId: row.organization_id }, async (tx) => {
    const admitted = await enter(tx, row, { userId, role, name: person.name ?? email });
    await tx
      .insertInto('sso_identities')
      .values({
        organization_id: row.organization_id,
        provider_id: row.id,
        subject: person.subject,
        user_id: userId,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return {
      result: { userId, memberId: admitted.memberId },
      record: { kind: admitted.kind, change: { ...admitted.change, provider: row.slug } },
      events: [{ kind: 'access', organizationId: row.organization_id }],
    };
  });
}

/** The address that the provider may speak for; refused when it is none. */
export async function requireAddress(
  { db }: Pick<Services, 'db'>,
  row: SsoProviderRow,
  { email, emailVerified }: SsoPerson,
): Promise<string> {
  if (email === undefined) {
    throw refusal('sso_no_email', 'The provider does not tell your e-mail address.');
  }
  if (!emailVerified) {
    throw refusal('sso_email_unverified', 'The provider did not verify your e-mail address.');
  }
  const known = await withTenant(db, row.organization_id, (tx) =>
    tx
      .selectFrom('sso_domains')
      .select('domain')
      .where('provider_id', '=', row.id)
      .where('domain', '=', domainOf(email))
      .where('verified_at', 'is not', null)
      .executeTakeFirst(),
  );
  if (known) return email;
  throw refusal('sso_domain', 'This provider may not speak for addresses of your domain.');
}

/** By the first rule that fits; undefined for nobody's. */
export function roleOf(row: SsoProviderRow, { groups }: SsoPerson): Role | undefined {
  const rule = roleRules(row).find(({ group }) => groups.includes(group));
  const role = rule?.role ?? row.default_role ?? undefined;
  if (role === 'owner' && !row.allow_owners) {
    throw refusal('sso_owner', 'This provider may not make owners.');
  }
  return role;
}

async function findUser(
  services: Services,
  row: SsoProviderRow,
  { subject, name }: SsoPerson,
  { email, role }: { readonly email: string; readonly role: Role | undefined },
): Promise<string> {
  const { db } = services;
  const organizationId = row.organization_id;
  const identity = await withTenant(db, organizationId, (tx) =>
    tx
      .selectFrom('sso_identities')
      .select('user_id')
      .where('provider_id', '=', row.id)
      .where('subject', '=', subject)
      .executeTakeFirst(),
  );
  if (identity) return identity.user_id;
  const user = await db
    .selectFrom('users')
    .select('id')
    .where('email', '=', email)
    .executeTakeFirst();
  if (!user) {
    if (role === undefined) throw noRole();
    return makeUser(services, { email, name: name ?? email });
  }
  // One subject for an account: another with its address is another person, perhaps who has it now.
  const other = await withTenant(db, organizationId, (tx) =>
    tx
      .selectFrom('sso_identities')
      .select('subject')
      .where('provider_id', '=', row.id)
      .where('user_id', '=', user.id)
      .executeTakeFirst(),
  );
  if (other) {
    throw refusal(
      'sso_other_subject',
      'The provider knows somebody else by your address. Ask an owner or admin.',
    );
  }
  const member = await withPerson(db, user.id, (tx) =>
    tx
      .selectFrom('members')
      .select('id')
      .where('organization_id', '=', organizationId)
      .where('user_id', '=', user.id)
      .executeTakeFirst(),
  );
  if (member) return user.id;
  throw refusal(
    'sso_account_elsewhere',
    'There is an account with your address that is no member here. Sign in to it and accept an invitation first.',
  );
}

async function makeUser(
  { db }: Services,
  { email, name }: { readonly email: string; readonly name: string },
): Promise<string> {
  const id = newId();
  const made = await db
    .insertInto('users')
    .values({ id, email, name: cleanName(name), email_verified: true })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (made) return made.id;
  throw refusal('sso_race', 'Somebody made an account with your address just now. Begin again.');
}

interface Entered {
  readonly memberId: string;
  readonly kind: 'member.joined' | 'member.role_set' | 'sso.admitted';
  readonly change: Readonly<Record<string, unknown>>;
}

async function enter(
  tx: TenantDb,
  row: SsoProviderRow,
  { userId, role, name }: { userId: string; role: Role | undefined; name: string },
): Promise<Entered> {
  const member = await tx
    .selectFrom('members')
    .select(['id', 'role', 'source', 'suspended_at'])
    .where('user_id', '=', userId)
    .forUpdate()
    .executeTakeFirst();
  if (!member) {
    if (role === undefined) throw noRole();
    const memberId = await becomeMember(tx, {
      organizationId: row.organization_id,
      userId,
      name: cleanName(name),
      role,
      source: 'sso',
    });
    return { memberId, kind: 'member.joined', change: { id: memberId, role, source: 'sso' } };
  }
  if (member.suspended_at !== null) {
    throw refusal(
      'sso_suspended',
      'You are suspended in this organization. Ask an owner or admin.',
    );
  }
  if (member.role === 'owner' && !row.allow_owners) {
    throw refusal('sso_owner', 'This provider may not sign in owners. Sign in with your password.');
  }
  const memberId = member.id;
  const follows = member.source === 'sso' && roleRules(row).length > 0;
  if (!follows || member.role === 'owner' || member.role === role) {
    return { memberId, kind: 'sso.admitted', change: { id: memberId } };
  }
  if (role === undefined) throw noRole();
  await tx.updateTable('members').set({ role }).where('id', '=', memberId).execute();
  return {
    memberId,
    kind: 'member.role_set',
    change: { id: memberId, before: member.role, after: role, by: 'sso' },
  };
}

function cleanName(name: string): string {
  const clean = name.replaceAll(/\p{Cc}/gu, ' ').trim();
  return clean.slice(0, 100) || 'Somebody';
}

function noRole() {
  return refusal('sso_no_role', 'None of your groups is let in to this organization.');
}
