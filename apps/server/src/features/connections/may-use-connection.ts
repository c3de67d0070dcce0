import type { TenantDb } from '../tenant-db.ts';

export interface ConnectionUse {
  readonly connectionId: string;
  readonly agentId: string;
  /** The person for whom the agent acts; undefined for one that acts for itself. */
  readonly memberId: string | undefined;
}

/**
 * Whether calls of an agent may use a connection. A member's own is used when the agent acts for that
 * member, who has permitted it and is not suspended; an agent's own by that agent; and the
 * organization's by whomever its instances are granted to, which the gateway has decided by then.
 */
export async function mayUseConnection(
  db: TenantDb,
  { connectionId, agentId, memberId }: ConnectionUse,
): Promise<boolean> {
  const row = await db
    .selectFrom('connections')
    .innerJoin('credentials', 'credentials.id', 'connections.credential_id')
    .leftJoin('members', 'members.id', 'credentials.member_id')
    .leftJoin('connection_agents', (join) =>
      join
        .onRef('connection_agents.connection_id', '=', 'connections.id')
        .on('connection_agents.agent_id', '=', agentId),
    )
    .where('connections.id', '=', connectionId)
    .where('credentials.destroyed_at', 'is', null)
    .select([
      'credentials.owner_kind',
      'credentials.member_id',
      'credentials.agent_id',
      'members.suspended_at',
      'connection_agents.agent_id as permitted',
    ])
    .executeTakeFirst();
  switch (row?.owner_kind) {
    case 'organization':
      return true;
    case 'agent':
      return row.agent_id === agentId;
    case 'member':
      return row.permitted !== null && row.member_id === memberId && row.suspended_at === null;
    case undefined:
      return false;
  }
}

/**
 * By instance, the members whose own connection fills a slot of it and who have not let this agent use
 * that connection, or are suspended. The gateway refuses calls that an agent makes for them there.
 */
export async function selectBarredMembers(
  db: TenantDb,
  agentId: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await db
    .selectFrom('instance_credentials')
    .innerJoin('connections', 'connections.id', 'instance_credentials.credential_id')
    .innerJoin('credentials', 'credentials.id', 'connections.credential_id')
    .innerJoin('members', 'members.id', 'credentials.member_id')
    .leftJoin('connection_agents', (join) =>
      join
        .onRef('connection_agents.connection_id', '=', 'connections.id')
        .on('connection_agents.agent_id', '=', agentId),
    )
    .where('credentials.owner_kind', '=', 'member')
    .where((eb) =>
      eb.or([
        eb('connection_agents.agent_id', 'is', null),
        eb('members.suspended_at', 'is not', null),
      ]),
    )
    .select(['instance_credentials.instance_id', 'members.id'])
    .execute();
  const barred = new Map<string, string[]>();
  for (const { instance_id: instanceId, id } of rows) {
    barred.set(instanceId, [...(barred.get(instanceId) ?? []), id]);
  }
  return barred;
}
