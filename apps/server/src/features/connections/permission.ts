import { AppError } from '@plugboard/contracts';

import { selectAgent } from '../agents/queries.ts';
import { commitChange } from '../change.ts';
import type { Actor } from '../members/policy.ts';
import { requirePermission } from '../members/require.ts';
import { noSuch } from '../reference.ts';
import { type ConnectionRow, requireConnection } from './queries.ts';
import type { ConnectionServices } from './services.ts';

interface PermissionInput {
  readonly connection: string;
  readonly agent: string;
}

/** Lets an agent use a member's own connection, or no more. Nobody else decides that, no admin either. */
export async function setPermission(
  services: ConnectionServices,
  actor: Actor,
  { connection: ref, agent: agentRef }: PermissionInput,
  permitted: boolean,
): Promise<ConnectionRow> {
  requirePermission(actor, 'connection.permit');
  const { organizationId, memberId } = actor;
  return commitChange(services, actor, async (db) => {
    const connection = await requireConnection(db, actor, ref);
    if (connection.owner_kind !== 'member') {
      throw new AppError(
        'conflict',
        `"${connection.name}" is not a member's: who uses it is decided by grants on its instances.`,
      );
    }
    if (connection.member_id !== memberId) {
      throw new AppError('forbidden', 'Only the member whose connection it is decides this.', {
        details: { reason: 'other_member' },
      });
    }
    const agent = await selectAgent(db, agentRef);
    if (!agent) throw noSuch('agent', agentRef);
    if (permitted) {
      await db
        .insertInto('connection_agents')
        .values({
          organization_id: organizationId,
          connection_id: connection.id,
          agent_id: agent.id,
          member_id: memberId,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    } else {
      await db
        .deleteFrom('connection_agents')
        .where('connection_id', '=', connection.id)
        .where('agent_id', '=', agent.id)
        .execute();
    }
    return {
      result: connection,
      record: {
        kind: permitted ? 'connection.allowed' : 'connection.denied',
        agentId: agent.id,
        change: { id: connection.id, name: connection.name, agent: agent.slug },
      },
      events: [
        { kind: 'connection', organizationId, connectionId: connection.id },
        // What the agent may call follows from it.
        { kind: 'access', organizationId, agentId: agent.id },
      ],
    };
  });
}
