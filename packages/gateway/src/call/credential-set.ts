import { AppError } from '@plugboard/contracts';

import type { OfferedInstance } from '../ports.ts';

/** Everybody's calls use the instance's one set of credentials. */
export const sharedCredentials = 'shared';

/** For whom a call is made. */
export interface CallIdentity {
  readonly agentId: string;
  /** The member for whom the agent acts; undefined for one that acts for itself. */
  readonly memberId?: string | undefined;
}

/**
 * Whose credentials a call of an agent to an instance uses: a key of the runtime's credential sets,
 * `shared`, `member:<id>` or `agent:<id>`. Throws `AppError('sign_in_required')` where each member
 * has an account of their own and the agent acts for none, or for one who has not let it use theirs.
 */
export function credentialSetOf(
  { agentId, memberId }: CallIdentity,
  { account, slug, barredMembers }: Pick<OfferedInstance, 'account' | 'slug' | 'barredMembers'>,
): string {
  if (account === 'organization') return sharedCredentials;
  if (account === 'agent') return `agent:${agentId}`;
  if (memberId !== undefined && barredMembers?.includes(memberId) === true) {
    throw new AppError(
      'sign_in_required',
      `The person for whom this agent acts has connected their account at ${slug}, and has not let this agent use it. They can: plugboard connection allow <connection> <agent>.`,
      {
        details: {
          instance: slug,
          who: { kind: 'member', id: memberId },
          missing: [],
          reason: 'not_permitted',
        },
      },
    );
  }
  if (memberId !== undefined) return `member:${memberId}`;
  throw new AppError(
    'sign_in_required',
    `${slug} is used with each member's own account, and this agent acts for no member. A member can authorize it to act for them, or an admin can let ${slug} use one account for all.`,
    { details: { instance: slug, who: undefined, missing: [] } },
  );
}
