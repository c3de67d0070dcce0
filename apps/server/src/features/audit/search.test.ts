import { newId } from '@plugboard/contracts';
import type { AuditRecord } from '@plugboard/gateway';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { buildOrganization } from '../../store/testing/test-database.ts';
import { buildOutcome, demoAgent } from '../live/testing/outcomes.ts';
import { listAudit } from './list.ts';

let app: TestApp;
let agentId: string;
beforeAll(async () => {
  app = await buildApp();
  agentId = (await demoAgent(app)).id;
});
afterAll(() => app[Symbol.asyncDispose]());

const append = (record: AuditRecord, organizationId = app.organizationId) =>
  app.services.audit.append(organizationId, record);

async function list(query: Record<string, string>) {
  const { status, body } = await app.request(
    'GET',
    `/audit?${new URLSearchParams(query).toString()}`,
  );
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

const callIds = ({ entries }: { entries: { record: { callId?: string } }[] }) =>
  entries.map(({ record }) => record.callId);

describe('the audit log', () => {
  it('is searched by what calls came to, and not by what their arguments say of it', async () => {
    const refused = buildOutcome(agentId, { outcome: 'refused', reason: 'no_grant' });
    await append(refused);
    const deceiving = { redacted: { outcome: 'refused' }, bytes: 1, sha256: '' };
    await append(buildOutcome(agentId, { arguments: deceiving }));
    expect(callIds(await list({ outcome: 'refused' }))).toEqual([refused.callId]);
    expect((await app.request('GET', '/audit?outcome=odd')).status).toBe(400);
  });

  it('is searched by member, who is named', async () => {
    const { body: me } = await app.request('GET', '/me');
    const theirs = buildOutcome(agentId, { memberId: me.memberId });
    await append(theirs);
    await append(buildOutcome(agentId, { memberId: newId() }));
    await append(buildOutcome(agentId, { reason: me.memberId }));
    const found = await list({ member: me.memberId.toUpperCase(), kind: 'call' });
    expect(callIds(found)).toEqual([theirs.callId]);
    expect(found.entries[0].member).toEqual({ id: me.memberId, name: expect.any(String) });
    expect(found.entries[0].agent).toMatchObject({ id: agentId, slug: 'demo' });
  });

  it('names nobody who is gone', async () => {
    const gone = buildOutcome(newId(), { memberId: newId(), instanceId: newId() });
    await append(gone);
    const { entries } = await list({ call: gone.callId });
    expect(entries).toHaveLength(1);
    for (const name of ['agent', 'instance', 'member']) expect(entries[0]).not.toHaveProperty(name);
  });

  it.each([
    ['words in whichever case', 'Needle Übergröße', 'needle übergröße'],
    ['quotes', 'say "needle"', 'say "needle"'],
    ['backslashes', String.raw`C:\needle`, String.raw`c:\needle`],
    ['what patterns are made of', '100%_needle', '100%_needle'],
    ['what breaks out of SQL', "needle'); drop table audit_records; --", "'); drop table audit"],
  ])('finds %s', async (_name, offering, q) => {
    const hit = buildOutcome(agentId, { offering: `${offering} ${newId()}` });
    await append(hit);
    await append(buildOutcome(agentId, { offering: 'hay' }));
    expect(callIds(await list({ q }))).toContain(hit.callId);
  });

  it('takes no text for a pattern', async () => {
    for (const q of ['n%dle', 'n_edle', '.*', '%%']) {
      expect((await list({ q })).entries, q).toEqual([]);
    }
    expect((await app.request('GET', '/audit?q=%00%00%00')).status).toBeLessThan(500);
  });

  it('searches so many records at once, and goes on where it ended', async () => {
    const organizationId = await buildOrganization(app.services.db);
    const wanted = buildOutcome(agentId, { outcome: 'refused' });
    await append(wanted, organizationId);
    for (let n = 0; n < 5; n += 1) await append(buildOutcome(agentId), organizationId);
    const search = (before?: number) =>
      listAudit(app.services.db, organizationId, { outcome: 'refused', searchLimit: 3, before });
    const first = await search();
    expect(first).toMatchObject({ entries: [], next: 4, searchedTo: expect.any(Date) });
    const second = await search(first.next);
    expect(second.entries.map(({ seq }) => seq)).toEqual([1]);
    expect(second).toMatchObject({ next: undefined, searchedTo: undefined });
  });

  it('finds the records of a call by its id', async () => {
    const outcome = buildOutcome(agentId);
    await append({ ...outcome, kind: 'call.intent', grantId: newId() });
    await append(outcome);
    expect((await list({ call: outcome.callId })).entries).toHaveLength(2);
    expect((await list({ call: newId() })).entries).toEqual([]);
    // Ids without a time in them are of no call.
    expect((await list({ call: crypto.randomUUID() })).entries).toEqual([]);
  });
});

describe('one audit record', () => {
  it('is shown with the hash before it, from the first on', async () => {
    const { body } = await app.request('GET', '/audit/1');
    expect(body.entry.seq).toBe(1);
    expect(body.previousHash).toMatch(/^[0-9a-f]{64}$/);
    const second = await app.request('GET', '/audit/2');
    expect(second.body.previousHash).toBe(body.entry.hash);
  });

  it('has the other record of its call, and none of others', async () => {
    const outcome = buildOutcome(agentId);
    await append({ ...outcome, kind: 'call.intent', grantId: newId() });
    await append(buildOutcome(agentId));
    await append(outcome);
    const { entries } = await list({ call: outcome.callId });
    const [last, first] = entries;
    expect((await app.request('GET', `/audit/${last.seq}`)).body.pair).toEqual(first);
    expect((await app.request('GET', `/audit/${first.seq}`)).body.pair).toEqual(last);
    const alone = await app.request('GET', `/audit/${last.seq - 1}`);
    expect(alone.body).not.toHaveProperty('pair');
  });

  it('is of one’s own organization, or not there', async () => {
    const other = await buildOrganization(app.services.db);
    for (let n = 0; n < 200; n += 1) await append(buildOutcome(agentId), other);
    const { body } = await app.request('GET', '/audit?limit=1');
    const beyond = await app.request('GET', `/audit/${body.entries[0].seq + 1}`);
    expect(beyond).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('is for those who may read the log', async () => {
    const key = await app.buildMember('member');
    expect((await app.request('GET', '/audit/1', undefined, key)).status).toBe(403);
  });
});
