import { type Level, levelCovers } from '@plugboard/contracts';

import { withTenant } from '../../../store/tenant.ts';
import type { AppServices } from '../../../app/services.ts';
import { can } from '../../members/policy.ts';
import type { Membership } from '../../people/people.ts';

export interface AgentChoice {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
}

export interface ToolboxChoice {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly environment: string;
  /** Up to which level this member may give it to an agent of their own. */
  readonly highest: Level;
}

/** What a member may let a client be, and use. */
export interface ConsentChoices {
  readonly agents: readonly AgentChoice[];
  readonly toolboxes: readonly ToolboxChoice[];
}

/**
 * The agents that a member may lend a client, and the toolboxes behind the endpoints that it asks for:
 * owners and admins any, members their own agents and what toolboxes are open to members.
 */
export async function readChoices(
  { db }: Pick<AppServices, 'db'>,
  membership: Membership,
  base: string,
  resources: readonly string[],
): Promise<ConsentChoices> {
  const { organizationId, memberId } = membership;
  const isManager = can(membership, 'agent.authorize', { organizationId });
  const isMember = can(membership, 'agent.authorize', { organizationId, memberId });
  if (!isMember) return { agents: [], toolboxes: [] };
  const slugs = toolboxSlugs(base, resources);
  return withTenant(db, organizationId, async (tx) => {
    const agents = await tx
      .selectFrom('agents')
      .select(['id', 'slug', 'name'])
      .where('revoked_at', 'is', null)
      .$if(!isManager, (query) => query.where('member_id', '=', memberId))
      .orderBy('slug')
      .limit(200)
      .execute();
    const toolboxes = await tx
      .selectFrom('toolboxes')
      .select(['id', 'slug', 'name', 'environment', 'member_level'])
      .orderBy('slug')
      .execute();
    return {
      agents,
      toolboxes: toolboxes.flatMap(({ member_level: memberLevel, ...toolbox }) => {
        const highest = isManager ? 'admin' : memberLevel;
        if (highest === null || (slugs && !slugs.has(toolbox.slug))) return [];
        return [{ ...toolbox, highest }];
      }),
    };
  });
}

/** The lower of two levels. */
export function lowerLevel(one: Level, other: Level): Level {
  return levelCovers(one, other) ? other : one;
}

/** The toolboxes that endpoints name; undefined when one serves all. */
function toolboxSlugs(base: string, resources: readonly string[]): Set<string> | undefined {
  const slugs = new Set<string>();
  for (const resource of resources) {
    const [, , toolbox] = resource.slice(base.length).split('/');
    if (toolbox === undefined) return undefined;
    slugs.add(toolbox);
  }
  return slugs;
}
