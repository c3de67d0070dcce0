import type { AppServices } from '../../app/services.ts';
import { listOrganizationIds, withTenant } from '../../store/tenant.ts';

/** Whether an owner, of any organization, ever set up an account to sign in with. */
export async function isClaimed({ db }: Pick<AppServices, 'db'>): Promise<boolean> {
  for (const organizationId of await listOrganizationIds(db)) {
    const owner = await withTenant(db, organizationId, (tx) =>
      tx
        .selectFrom('members')
        .where('role', '=', 'owner')
        .where('user_id', 'is not', null)
        .select('id')
        .executeTakeFirst(),
    );
    if (owner) return true;
  }
  return false;
}
