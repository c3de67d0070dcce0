import { AppError } from '@plugboard/contracts';

import { type Action, type Actor, can } from './policy.ts';

/** Throws `AppError('forbidden')` unless the member may do this in its own organization. */
export function requirePermission(actor: Actor, action: Action): void {
  if (can(actor, action, actor)) return;
  throw new AppError(
    'forbidden',
    `A member with the role ${actor.role} may not do this (${action}). Ask an owner or admin of the organization.`,
    { details: { action, role: actor.role } },
  );
}
