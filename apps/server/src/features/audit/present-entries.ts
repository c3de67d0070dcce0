import type { AuditEntry } from '@plugboard/contracts/api';

import type { TenantDb } from '../tenant-db.ts';

/** A record as it is stored. */
export interface StoredEntry {
  readonly seq: number;
  /** Hex. */
  readonly hash: string;
  /** JSON text as it was appended. */
  readonly record: string;
}

/** Records for people: parsed, and with the names that those in it go by now. */
export async function presentEntries(
  db: TenantDb,
  stored: readonly StoredEntry[],
): Promise<AuditEntry[]> {
  const entries = stored.map((entry) => ({ ...entry, record: parseRecord(entry.record) }));
  const ids = (field: string) => [
    ...new Set(entries.map(({ record }) => record[field]).filter((id) => typeof id === 'string')),
  ];
  const names = await readNames(db, {
    agents: ids('agentId'),
    instances: ids('instanceId'),
    members: ids('memberId'),
  });
  return entries.map(({ seq, hash, record }) => {
    const at = Number(record['at']);
    const agent = names.agents.get(String(record['agentId']));
    const instance = names.instances.get(String(record['instanceId']));
    const member = names.members.get(String(record['memberId']));
    return {
      seq,
      at: new Date(Number.isFinite(at) ? at : 0).toISOString(),
      kind: String(record['kind']),
      record,
      hash,
      ...(agent && { agent: { id: agent.id, slug: agent.slug, name: agent.name } }),
      ...(instance && { instance }),
      ...(member && { member }),
    };
  });
}

/** A record's fields, of a text that is one. */
export function parseRecord(text: string): Record<string, unknown> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every record is an object
  return JSON.parse(text) as Record<string, unknown>;
}

interface Ids {
  readonly agents: readonly string[];
  readonly instances: readonly string[];
  readonly members: readonly string[];
}

/** What those that are still there are called, by their ids. */
export async function readNames(db: TenantDb, ids: Ids) {
  const agents =
    ids.agents.length === 0
      ? []
      : await db
          .selectFrom('agents')
          .select(['id', 'slug', 'name', 'member_id as memberId'])
          .where('id', 'in', ids.agents)
          .where('revoked_at', 'is', null)
          .execute();
  const instances =
    ids.instances.length === 0
      ? []
      : await db
          .selectFrom('instances')
          .select(['id', 'slug'])
          .where('id', 'in', ids.instances)
          .execute();
  const members =
    ids.members.length === 0
      ? []
      : await db
          .selectFrom('members')
          .select(['id', 'name'])
          .where('id', 'in', ids.members)
          .execute();
  return {
    agents: new Map(agents.map((agent) => [agent.id, agent])),
    instances: new Map(instances.map((instance) => [instance.id, instance])),
    members: new Map(members.map((member) => [member.id, member])),
  };
}
