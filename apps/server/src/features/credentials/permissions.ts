import { AppError } from '@plugboard/contracts';

import { type Actor, can } from '../members/policy.ts';
import type { OwnedCredential } from './queries.ts';

type Verb = 'manage' | 'bind';
type OwnedRow = Pick<
  OwnedCredential,
  'organization_id' | 'owner_kind' | 'member_id' | 'agent_member_id'
>;

/** Whether a member may see what is known of a credential, which is never what is secret in it. */
export function maySee(actor: Actor, row: OwnedRow): boolean {
  return can(actor, 'credential.read', subjectOf(row));
}

/**
 * Whether a member may change, test or bind a credential. What is a member's own is that member's
 * alone, whatever the role of others; an agent's is its member's too, if it has one.
 */
export function may(actor: Actor, verb: Verb, row: OwnedRow): boolean {
  const subject = subjectOf(row);
  if (can(actor, `credential.${verb}_own`, subject)) return true;
  return row.owner_kind !== 'member' && can(actor, `credential.${verb}`, subject);
}

/** As for managing; and owners and admins may destroy what is a member's own, without opening it. */
export function mayDestroy(actor: Actor, row: OwnedRow): boolean {
  return may(actor, 'manage', row) || can(actor, 'credential.destroy', subjectOf(row));
}

/** Throws `AppError('forbidden')` unless it is so. */
export function requireCredential(isAllowed: boolean, row: OwnedRow, doing: string): void {
  if (isAllowed) return;
  const why =
    row.owner_kind === 'member'
      ? 'it is the own credential of a member, who alone may do this'
      : 'an owner or admin of the organization may do this';
  throw new AppError('forbidden', `The credential may not be ${doing} by you: ${why}.`, {
    details: { action: doing },
  });
}

function subjectOf(row: OwnedRow) {
  return {
    organizationId: row.organization_id,
    memberId: row.member_id ?? row.agent_member_id ?? undefined,
  };
}
