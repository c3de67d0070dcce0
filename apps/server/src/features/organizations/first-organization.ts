import { newId } from '@plugboard/contracts';

import type { AppServices } from '../../app/services.ts';
import { listOrganizationIds, withTenant } from '../../store/tenant.ts';
import { insertAgent } from '../agents/queries.ts';
import { insertFirstSources } from '../catalog/sources/first-sources.ts';
import { insertGrant } from '../grants/queries.ts';
import { insertToolbox } from '../toolboxes/queries.ts';

export const starterToolbox = 'starter';
export const demoAgent = 'demo';

/** The organization of this installation, and its owner's key when it was made just now. */
export interface FirstOrganization {
  readonly organizationId: string;
  readonly created: boolean;
}

/**
 * The organization of this installation. The first time it is made whole in one transaction: an
 * owner, the key that seals its secrets, the toolbox `starter`, and the agent `demo` which may
 * execute everything in it.
 */
export async function ensureOrganization(
  services: Pick<AppServices, 'db' | 'audit' | 'keyring' | 'clock'>,
): Promise<FirstOrganization> {
  const { db, audit, keyring, clock } = services;
  const [existing] = await listOrganizationIds(db);
  if (existing !== undefined) return { organizationId: existing, created: false };
  const organizationId = newId();
  await withTenant(db, organizationId, async (tx) => {
    await tx.insertInto('organization_directory').values({ id: organizationId }).execute();
    await tx
      .insertInto('organizations')
      .values({ id: organizationId, slug: 'default', name: 'Default organization' })
      .execute();
    const memberId = newId();
    await tx
      .insertInto('members')
      .values({ id: memberId, organization_id: organizationId, name: 'Owner', role: 'owner' })
      .execute();
    await keyring.createFor(tx, organizationId);
    await insertFirstSources(tx, organizationId);
    const toolboxId = newId();
    await insertToolbox(tx, {
      id: toolboxId,
      organizationId,
      slug: starterToolbox,
      name: 'Starter',
      environment: 'dev',
    });
    const agentId = newId();
    await insertAgent(tx, { id: agentId, organizationId, slug: demoAgent, name: 'Demo agent' });
    const grantId = newId();
    await insertGrant(tx, {
      id: grantId,
      organizationId,
      agentId,
      effect: 'allow',
      level: 'execute',
      toolboxId,
      instanceId: null,
      offering: null,
      expiresAt: null,
    });
    await audit.appendWithin(tx, organizationId, {
      kind: 'organization.created',
      at: clock(),
      change: {
        id: organizationId,
        ownerId: memberId,
        toolbox: { id: toolboxId, slug: starterToolbox },
        agent: { id: agentId, slug: demoAgent },
        grant: { id: grantId, level: 'execute' },
      },
    });
  });
  return { organizationId, created: true };
}
