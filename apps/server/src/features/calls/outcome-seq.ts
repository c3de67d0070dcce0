import type { TenantDb } from '../tenant-db.ts';

/** How long the audit log is now: calls that begin later are recorded after it. */
export async function auditLength(db: TenantDb): Promise<number> {
  const head = await db.selectFrom('audit_heads').select('seq').executeTakeFirst();
  return head?.seq ?? 0;
}

/** Where the outcome of an agent's call lies; undefined when it is not on record. */
export async function outcomeSeq(
  db: TenantDb,
  call: { readonly agentId: string; readonly callId: string; readonly after: number },
): Promise<number | undefined> {
  const row = await db
    .selectFrom('audit_records')
    .where('agent_id', '=', call.agentId)
    .where('seq', '>', call.after)
    .where('call_id', '=', call.callId)
    .where('kind', '=', 'call.outcome')
    .orderBy('seq', 'desc')
    .select('seq')
    .executeTakeFirst();
  return row?.seq;
}
