import type { SignedIn } from '../people.ts';
import { refusal } from './refusal.ts';

/**
 * Throws `AppError('forbidden')` for a session that an organization's provider opened: it speaks for
 * the person there, and may neither leave a way in to their account nor use it elsewhere.
 */
export function requireOwnSession({ ssoOrganizationId }: SignedIn, organizationId?: string): void {
  if (ssoOrganizationId === undefined || ssoOrganizationId === organizationId) return;
  throw refusal(
    'sso_session',
    'You signed in by your organization’s provider, which may not do this with your account. Sign in with your own password or passkey.',
  );
}
