import { AppError } from '@plugboard/contracts';

import type { AppServices } from '../../app/services.ts';
import { listOrganizationIds } from '../../store/tenant.ts';
import { authenticateMember } from '../members/authenticate.ts';

/** Whose entries somebody sees who asks the registry API. */
export type Audience = 'admins' | 'members' | 'public';

/** Who asks the registry API, and what of which organization that is about. */
export type Asker =
  | {
      readonly kind: 'people';
      readonly organizationId: string;
      /** Sources for these audiences are theirs to see. */
      readonly audiences: readonly Audience[];
    }
  | { readonly kind: 'agent'; readonly organizationId: string; readonly agentId: string };

/**
 * A member's key sees what its role sees in the catalog, an agent's token the instances that it may
 * use. Without either only public sources are seen: those of the first organization, for nothing in
 * the request names one. Throws `AppError('unauthenticated')` for a token that is not good.
 */
export async function findAsker(
  services: Pick<AppServices, 'agents' | 'clock' | 'db'>,
  authorization: string | undefined,
): Promise<Asker | undefined> {
  if (authorization === undefined) {
    const [organizationId] = await listOrganizationIds(services.db);
    return organizationId === undefined
      ? undefined
      : { kind: 'people', organizationId, audiences: ['public'] };
  }
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '';
  if (token.startsWith('pba_')) {
    const agent = await services.agents.find(token);
    if (agent)
      return { kind: 'agent', organizationId: agent.organizationId, agentId: agent.agentId };
    throw new AppError(
      'unauthenticated',
      'This agent token is not known here, has expired, or was revoked. `plugboard agent token create <agent>` makes a new one.',
    );
  }
  const { organizationId, role } = await authenticateMember(services, authorization);
  const isAdmin = role === 'owner' || role === 'admin';
  return {
    kind: 'people',
    organizationId,
    audiences: isAdmin ? ['admins', 'members', 'public'] : ['members', 'public'],
  };
}
