import { AppError } from '@plugboard/contracts';

import { type Action, type Actor, can, type PolicySubject } from './policy.ts';

/**
 * Throws `AppError('forbidden')` unless the member may do this: in its own organization, or to the
 * subject named.
 */
export function requirePermission(
  actor: Actor,
  action: Action,
  subject: Pick<PolicySubject, 'memberId'> = {},
): void {
  if (can(actor, action, { organizationId: actor.organizationId, ...subject })) return;
  throw new AppError(
    'forbidden',
    `A member with the role ${actor.role} may not do this (${action}). Ask an owner or admin of the organization.`,
    { details: { action, role: actor.role } },
  );
}
