import type { Logger } from 'pino';

import { createBound } from '../features/bound.ts';
import { type ChangeServices, commitChange } from '../features/change.ts';
import type { SignedIn } from '../features/people/people.ts';

/** A request of a browser that was refused, by a code: never what was sent. */
export interface RefusedRequest {
  readonly kind: 'api.refused' | 'connection.refused' | 'sign_in.refused';
  readonly reason: string;
  /** Whose browser it was; nobody's goes to the log alone. */
  readonly signedIn: Pick<SignedIn, 'activeOrganizationId' | 'memberships'> | undefined;
}

/** Puts on record what pages of others have browsers send. */
export interface RefusedRequests {
  /** Resolves when it is on record; never rejects, for what was refused stays refused. */
  report(request: RefusedRequest): Promise<void>;
}

/** A page can have a browser send without end: what is beyond this is counted. */
const most = 60;
const perMs = 60_000;

export function createRefusedRequests(
  services: ChangeServices & { readonly log: Logger },
): RefusedRequests {
  const { clock, log } = services;
  const records = createBound(clock, { most, perMs });
  const lines = createBound(clock, { most, perMs });
  return {
    async report({ kind, reason, signedIn }) {
      const membership =
        signedIn?.memberships.find(
          ({ organizationId }) => organizationId === signedIn.activeOrganizationId,
        ) ?? signedIn?.memberships[0];
      const { isWithin, leftOut } = membership ? records.take(membership.memberId) : lines.take('');
      if (!isWithin) return;
      const facts = { reason, ...(leftOut > 0 && { leftOut }) };
      if (!membership) {
        log.warn({ kind, ...facts }, 'a request of nobody known was refused');
        return;
      }
      try {
        const { organizationId, memberId } = membership;
        await commitChange(services, { organizationId, memberId }, async () => ({
          result: undefined,
          record: { kind, change: facts },
          events: [],
        }));
      } catch (error) {
        log.error({ err: error, kind, reason }, 'what was refused could not be put on record');
      }
    },
  };
}
