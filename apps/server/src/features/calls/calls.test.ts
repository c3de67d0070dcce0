import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { type RemoteServer, startRemoteServer } from '../../app/testing/remote-server.ts';

let app: TestApp;
let remote: RemoteServer;
beforeAll(async () => {
  app = await buildApp();
  remote = await startRemoteServer();
  await app.request('POST', '/instances', {
    server: remote.url,
    slug: 'remote',
    allowPrivateNetwork: true,
  });
  await app.request('POST', '/agents', { slug: 'caller' });
  await app.request('POST', '/grants', {
    agent: 'caller',
    level: 'read',
    target: { scope: 'instance', instance: 'remote' },
  });
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await remote[Symbol.asyncDispose]();
});

const call = (input: object, key?: string) =>
  app.request('POST', '/calls', { agent: 'caller', instance: 'remote', ...input }, key);

async function tools(): Promise<{ name: string; level: string }[]> {
  const { body } = await app.request('GET', '/instances/remote/offerings');
  return body.offerings;
}

describe('a call by the API', () => {
  it('says where it is on record, with its other record', async () => {
    const [tool] = await tools();
    await app.request('POST', '/grants', {
      agent: 'caller',
      level: 'admin',
      target: { scope: 'toolbox', toolbox: 'starter' },
    });
    const { status, body } = await call({ name: tool?.name });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({ callId: expect.any(String), auditSeq: expect.any(Number) });
    const detail = await app.request('GET', `/audit/${body.auditSeq}`);
    expect(detail.body.entry).toMatchObject({
      kind: 'call.outcome',
      record: { callId: body.callId, offering: tool?.name },
      agent: { slug: 'caller' },
      instance: { slug: 'remote' },
      member: { name: expect.any(String) },
    });
    const previous = await app.request('GET', `/audit/${body.auditSeq - 1}`);
    expect(detail.body.previousHash).toBe(previous.body.entry.hash);
    const found = await app.request('GET', `/audit?call=${body.callId}`);
    const seqs = found.body.entries.map(({ seq }: { seq: number }) => seq);
    expect(seqs).toContain(body.auditSeq);
    if (detail.body.pair) {
      expect(detail.body.pair).toMatchObject({
        kind: 'call.intent',
        record: { callId: body.callId },
      });
      const back = await app.request('GET', `/audit/${detail.body.pair.seq}`);
      expect(back.body.pair.seq).toBe(body.auditSeq);
    }
  });

  it('says so of a refusal as well, with the kind that was asked for', async () => {
    await app.request('POST', '/agents', { slug: 'stranger' });
    for (const kind of ['tool', 'prompt', 'resource'] as const) {
      const name = 'nothing://of-this-name';
      const { status, body } = await call({ agent: 'stranger', kind, name });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(body.details).toMatchObject({
        callId: expect.any(String),
        auditSeq: expect.any(Number),
      });
      const { body: detail } = await app.request('GET', `/audit/${body.details.auditSeq}`);
      const methods = { tool: 'tools/call', prompt: 'prompts/get', resource: 'resources/read' };
      expect(detail.entry.record).toMatchObject({
        outcome: 'refused',
        method: methods[kind],
        callId: body.details.callId,
      });
    }
  });

  it('refuses arguments that would be left out', async () => {
    const resource = await call({ kind: 'resource', name: 'a://b', arguments: { a: 1 } });
    expect(resource).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
    const prompt = await call({ kind: 'prompt', name: 'p', arguments: { a: 1 } });
    expect(prompt).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
  });

  it('lets nobody choose the id that it goes on record by', async () => {
    const { status } = await call({ name: 'x', callId: '01900000-0000-7000-8000-000000000000' });
    expect(status).toBe(400);
  });
});

describe('me', () => {
  it('says what the role may do, at least to what is its own', async () => {
    const may = async (key?: string): Promise<string[]> =>
      (await app.request('GET', '/me', undefined, key)).body.may;
    expect(await may()).toContain('vault.rotate_master');
    const member = await may(await app.buildMember('member'));
    expect(member).toEqual(expect.arrayContaining(['me.read', 'credential.manage_own']));
    expect(member).not.toContain('audit.read');
    expect(member).not.toContain('grant.create');
    expect(await may(await app.buildMember('auditor'))).toContain('audit.read');
  });
});
