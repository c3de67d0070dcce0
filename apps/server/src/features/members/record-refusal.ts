import { isAppError } from '@plugboard/contracts';

import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import type { Action, Actor } from './policy.ts';

/** Does what a member asks for; when they may not, that they asked is on record. */
export async function recordRefusal<T>(
  { db, audit, clock }: Pick<AppServices, 'db' | 'audit' | 'clock'>,
  { organizationId, memberId, role }: Actor,
  action: Action,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isAppError(error, 'forbidden')) {
      await withTenant(db, organizationId, (tx) =>
        audit.appendWithin(tx, organizationId, {
          kind: 'member.refused',
          at: clock(),
          memberId,
          change: { action, role, reason: error.details?.['reason'] ?? 'role' },
        }),
      );
    }
    throw error;
  }
}
