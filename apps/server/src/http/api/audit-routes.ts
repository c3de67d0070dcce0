import { AppError } from '@plugboard/contracts';
import type { AuditExportLine } from '@plugboard/contracts/api';

import { exportAudit } from '../../features/audit/export.ts';
import { listAudit } from '../../features/audit/list.ts';
import { presentEntries } from '../../features/audit/present-entries.ts';
import { readAuditRecord } from '../../features/audit/read-record.ts';
import { verifyAudit } from '../../features/audit/verify.ts';
import { requirePermission } from '../../features/members/require.ts';
import { noSuch, refColumn } from '../../features/reference.ts';
import type { TenantDb } from '../../features/tenant-db.ts';
import { withTenant } from '../../store/tenant.ts';
import { api } from './context.ts';

const routes = api.audit;

export const auditRouter = routes.router({
  list: routes.list.handler(async ({ context: { actor, services }, input = {} }) => {
    requirePermission(actor, 'audit.read');
    const { organizationId } = actor;
    const { db } = services;
    const ids = await withTenant(db, organizationId, async (tx) => ({
      agentId: input.agent && (await subjectId(tx, 'agents', input.agent)),
      instanceId: input.instance && (await subjectId(tx, 'instances', input.instance)),
    }));
    const { kind, since, until, before, limit, outcome, member, q, call } = input;
    const page = await listAudit(db, organizationId, {
      ...ids,
      kind: kind === undefined || kind.includes('.') ? kind : `${kind}.*`,
      outcome,
      memberId: member,
      text: q,
      callId: call,
      since: since === undefined ? undefined : Date.parse(since),
      until: until === undefined ? undefined : Date.parse(until),
      before,
      limit,
    });
    return {
      entries: await withTenant(db, organizationId, (tx) => presentEntries(tx, page.entries)),
      ...(page.next !== undefined && { next: page.next }),
      ...(page.searchedTo && { searchedTo: page.searchedTo.toISOString() }),
    };
  }),

  get: routes.get.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'audit.read');
    return readAuditRecord(services.db, actor.organizationId, input.seq);
  }),

  verify: routes.verify.handler(async ({ context: { actor, services } }) => {
    requirePermission(actor, 'audit.read');
    const { organizationId } = actor;
    const { db, auditKey: key, server } = services;
    const { records, sealedTo, fault } = await verifyAudit(
      { db, dataDir: server.dataDir, key },
      organizationId,
    );
    const head = await withTenant(db, organizationId, (tx) =>
      tx.selectFrom('audit_heads').select(['seq', 'hash']).executeTakeFirst(),
    );
    return {
      ok: fault === undefined,
      records,
      sealedTo,
      head: { seq: head?.seq ?? 0, hash: head?.hash.toString('hex') ?? '' },
      ...(fault && { fault: { seq: fault.seq, message: fault.message } }),
    };
  }),

  export: routes.export.handler(async ({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'audit.read');
    const { from = 1, to = Number.MAX_SAFE_INTEGER } = input ?? {};
    return exportRange(exportAudit(services.db, actor.organizationId), from, to, signal);
  }),
});

async function* exportRange(
  lines: AsyncIterable<string>,
  from: number,
  to: number,
  signal: AbortSignal,
): AsyncGenerator<AuditExportLine> {
  for await (const text of lines) {
    signal.throwIfAborted();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the output schema checks it
    const line = JSON.parse(text) as AuditExportLine;
    if ('seq' in line && line.seq > to) return;
    if (!('seq' in line) || line.seq >= from) yield line;
  }
}

/** By id also what is gone: its records stay. */
async function subjectId(
  tx: TenantDb,
  table: 'agents' | 'instances',
  ref: string,
): Promise<string> {
  const column = refColumn(ref);
  if (column === 'id') return ref;
  const row = await tx.selectFrom(table).select('id').where('slug', '=', ref).executeTakeFirst();
  if (row) return row.id;
  const error = noSuch(table.slice(0, -1), ref);
  throw new AppError('not_found', `${error.message} One that was removed goes by its id.`);
}
