import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { createSessionStore } from '../sessions/session-store.ts';

let app: TestApp;
beforeAll(async () => void (app = await buildApp()));
afterAll(() => app[Symbol.asyncDispose]());

async function latestAudit(kind: string) {
  const { body } = await app.request('GET', `/audit?limit=1&kind=${kind}`);
  return body.entries[0];
}

describe('agents', () => {
  it('are made, listed by slug or id, and removed, each change on record', async () => {
    const made = await app.request('POST', '/agents', { slug: 'builder', name: 'The builder' });
    expect(made).toMatchObject({ status: 201, body: { slug: 'builder', tokens: 0, grants: 0 } });
    const again = await app.request('POST', '/agents', { slug: 'builder' });
    expect(again).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(await latestAudit('agent.created')).toMatchObject({
      record: { change: { slug: 'builder' }, memberId: expect.any(String) },
    });
    const removed = await app.request('DELETE', `/agents/${made.body.id}`);
    expect(removed.status).toBe(200);
    expect(await app.request('DELETE', '/agents/builder')).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
    expect(await latestAudit('agent.revoked')).toMatchObject({
      record: { agentId: made.body.id, change: { slug: 'builder' } },
    });
  });

  it('show a token once and keep its hash alone', async () => {
    const { body, status } = await app.request('POST', '/agents/demo/tokens', { name: 'laptop' });
    expect(status).toBe(201);
    expect(body.token).toMatch(/^pba_/);
    const listed = await app.request('GET', '/agents/demo/tokens');
    expect(JSON.stringify(listed.body)).not.toContain(body.token);
    const audit = await app.request('GET', '/audit?limit=1000');
    expect(JSON.stringify(audit.body)).not.toContain(body.token);
  });

  it('end the sessions of a token that is revoked', async () => {
    const { body } = await app.request('POST', '/agents/demo/tokens', {});
    const { agents } = (await app.request('GET', '/agents')).body;
    const agentId = agents.find((agent: { slug: string }) => agent.slug === 'demo').id;
    const sessions = createSessionStore(app.services.db);
    const { organizationId } = app;
    const idHash = Buffer.alloc(32, 7);
    const session = {
      idHash,
      organizationId,
      agentId,
      tokenId: body.id,
      endpoint: '/starter',
      protocolVersion: '2025-11-25',
      client: '{"clientInfo":{"name":"x"}}',
      logLevel: undefined,
      subscriptions: [],
    };
    await sessions.create(session);
    expect(await sessions.find(organizationId, idHash)).toEqual(session);
    await sessions.setLogLevel(organizationId, idHash, 'debug');
    expect(await sessions.find(organizationId, idHash)).toMatchObject({ logLevel: 'debug' });
    await app.request('DELETE', `/agents/demo/tokens/${body.id}`);
    expect(await sessions.find(organizationId, idHash)).toBeUndefined();
    const twice = await app.request('DELETE', `/agents/demo/tokens/${body.id}`);
    expect(twice.status).toBe(404);
  });

  it("refuse a token's end in the past", async () => {
    const { status, body } = await app.request('POST', '/agents/demo/tokens', {
      expiresAt: '2001-01-01T00:00:00Z',
    });
    expect(status).toBe(400);
    expect(body.message).toMatch(/^expiresAt: must lie in the future/);
  });
});

describe('toolboxes', () => {
  it('are made, and removed while they are empty', async () => {
    const made = await app.request('POST', '/toolboxes', { slug: 'prod', environment: 'prod' });
    expect(made).toMatchObject({
      status: 201,
      body: { slug: 'prod', environment: 'prod', mcpUrl: 'http://127.0.0.1:4477/mcp/prod' },
    });
    expect(await app.request('DELETE', '/toolboxes/prod')).toMatchObject({ status: 200 });
    const wrong = await app.request('POST', '/toolboxes', { slug: 'x', environment: 'production' });
    expect(wrong.body.message).toMatch(/environment: an environment is one of dev, staging, prod/);
  });
});

describe('the audit log', () => {
  it('exports a header and every record, and filters by number', async () => {
    const { body } = await app.request('GET', '/audit/export?from=2&to=3');
    expect(body.map(({ data }: { data: { seq?: number } }) => data.seq)).toEqual([undefined, 2, 3]);
    expect(body[0].data).toMatchObject({ format: 'plugboard-audit' });
  });

  it('is read by auditors and not by members', async () => {
    const auditor = await app.buildMember('auditor');
    const member = await app.buildMember('member');
    expect((await app.request('GET', '/audit', undefined, auditor)).status).toBe(200);
    expect((await app.request('GET', '/audit', undefined, member)).status).toBe(403);
    expect((await app.request('GET', '/audit/export', undefined, member)).status).toBe(403);
  });
});
