import type { AppServices } from '../../app/services.ts';
import { listOrganizationIds, withTenant } from '../../store/tenant.ts';
import { withPerson } from './memberships.ts';

type Services = Pick<AppServices, 'db' | 'audit' | 'clock'>;

export type SignInEvent =
  | 'sign_in.done'
  | 'sign_in.refused'
  | 'sign_in.ended'
  | 'person.password_set'
  | 'person.second_factor_set'
  | 'person.second_factor_removed'
  | 'person.backup_codes_made'
  | 'person.passkey_added'
  | 'person.passkey_removed'
  | 'person.reset_link_mailed'
  | 'person.recovered';

/**
 * Records in the log of every organization that a person is a member of what became of signing in;
 * what concerns nobody known is recorded in the installation's first organization.
 */
export async function recordSignIn(
  { db, audit, clock }: Services,
  kind: SignInEvent,
  userId: string | undefined,
  change: Readonly<Record<string, unknown>>,
): Promise<void> {
  const memberships =
    userId === undefined
      ? []
      : await withPerson(db, userId, (tx) =>
          tx
            .selectFrom('members')
            .select(['organization_id', 'id'])
            .where('user_id', '=', userId)
            .execute(),
        );
  const [first] = memberships.length === 0 ? await listOrganizationIds(db) : [];
  const places = first === undefined ? memberships : [{ organization_id: first, id: undefined }];
  for (const { organization_id: organizationId, id: memberId } of places) {
    await withTenant(db, organizationId, (tx) =>
      audit.appendWithin(tx, organizationId, {
        kind,
        at: clock(),
        ...(memberId !== undefined && { memberId }),
        change: { ...change },
      }),
    );
  }
}
