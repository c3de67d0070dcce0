import { defaultLicencePolicy } from '@plugboard/catalog';
import { type LicencePolicy, licencePolicySchema } from '@plugboard/contracts/api';

import { type Author, type ChangeServices, commitChange } from '../change.ts';
import type { TenantDb } from '../tenant-db.ts';

/** The organization's policy, or the one in force where none was set. */
export async function readLicencePolicy(db: TenantDb): Promise<LicencePolicy> {
  const row = await db
    .selectFrom('organization_settings')
    .select('licence_policy')
    .executeTakeFirst();
  const stored = row?.licence_policy ?? undefined;
  return stored === undefined ? defaultLicencePolicy : licencePolicySchema.parse(stored);
}

/** Sets the policy for what is installed from now on; what runs already goes on. */
export async function setLicencePolicy(
  services: ChangeServices,
  author: Author,
  policy: LicencePolicy,
): Promise<LicencePolicy> {
  const { organizationId } = author;
  return commitChange(services, author, async (db) => {
    const before = await readLicencePolicy(db);
    const stored = JSON.stringify(policy);
    await db
      .insertInto('organization_settings')
      .values({ organization_id: organizationId, licence_policy: stored })
      .onConflict((conflict) =>
        conflict.column('organization_id').doUpdateSet({ licence_policy: stored }),
      )
      .execute();
    return {
      result: policy,
      record: { kind: 'organization.licence_policy_set', change: { before, after: policy } },
      events: [],
    };
  });
}
