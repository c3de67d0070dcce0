import type { AppError } from '@plugboard/contracts';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import type { Directory } from './authenticate-scim.ts';

/** Why a directory was refused something that concerns more than the form of its request. */
const recorded: readonly unknown[] = ['account', 'last_owner'];

/** Puts on record that a directory reached for what it may not have; never what it sent. */
export async function recordScimRefusal(
  { db, audit, clock }: Pick<AppServices, 'db' | 'audit' | 'clock'>,
  { organizationId, tokenId }: Directory,
  { details }: AppError,
): Promise<void> {
  const reason = details?.['reason'];
  if (!recorded.includes(reason)) return;
  await withTenant(db, organizationId, (tx) =>
    audit.appendWithin(tx, organizationId, {
      kind: 'scim.refused',
      at: clock(),
      change: { source: 'scim', tokenId, reason },
    }),
  );
}
