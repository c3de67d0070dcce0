import { AppError, isAppError } from '@plugboard/contracts';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';

/** What came from an identity provider, or claims to, is not used. `reason` is for the audit log. */
export function refusal(reason: string, message: string): AppError {
  return new AppError('forbidden', message, { details: { reason } });
}

/** Records that somebody was not let in by a provider, with a code and nothing of what was sent. */
export async function recordSsoRefusal(
  { db, audit, clock }: Pick<AppServices, 'db' | 'audit' | 'clock'>,
  organizationId: string,
  error: unknown,
  facts: { readonly provider?: string | undefined; readonly address: string },
): Promise<void> {
  const reason = isAppError(error) ? (error.details?.['reason'] ?? error.code) : 'internal';
  await withTenant(db, organizationId, (tx) =>
    audit.appendWithin(tx, organizationId, {
      kind: 'sign_in.refused',
      at: clock(),
      change: { method: 'sso', reason, ...facts },
    }),
  );
}
