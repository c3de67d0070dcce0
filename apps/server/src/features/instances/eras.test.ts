import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { json } from 'node:stream/consumers';

import { newId } from '@plugboard/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { startRemoteServer } from '../../app/testing/remote-server.ts';
import { withTenant } from '../../store/tenant.ts';
import { createAccessSource } from '../access/access-source.ts';
import { createNoteAsking } from './note-asking.ts';

let app: TestApp;
const ends: (() => PromiseLike<void>)[] = [];
beforeAll(async () => {
  app = await buildApp();
  ends.push(() => app[Symbol.asyncDispose]());
});
afterAll(async () => {
  for (const end of ends) await end();
});

/** A remote server of the modern era, which tells its name or does not. */
async function startModernServer(serverInfo: object | undefined): Promise<string> {
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  return `http://127.0.0.1:${address.port}/mcp`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a test's own client sends it
    const { id, method } = (await json(request)) as { id?: number; method: string };
    if (method === 'initialize') {
      const data = { supported: ['2026-07-28'], requested: '2025-11-25' };
      const error = { code: -32022, message: 'no such version', data };
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id, error }));
      return;
    }
    const result =
      method === 'server/discover'
        ? {
            resultType: 'complete',
            supportedVersions: ['2099-01-01', '2026-07-28'],
            capabilities: { tools: {} },
            ttlMs: 0,
            cacheScope: 'private',
            ...(serverInfo && { _meta: { 'io.modelcontextprotocol/serverInfo': serverInfo } }),
          }
        : { resultType: 'complete', tools: [{ name: 'look', inputSchema: {} }], ttlMs: 0 };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  }
}

async function add(slug: string, server: string) {
  const input = { server, slug, allowPrivateNetwork: true };
  const { body } = await app.request('POST', '/instances', input);
  const last = body.at(-1).data;
  expect(last).toMatchObject({ type: 'done' });
  return last.instance;
}

function findRow(id: string) {
  return withTenant(app.services.db, app.organizationId, (db) =>
    db.selectFrom('instances').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
  );
}

async function auditOf(kind: string): Promise<{ record: object }[]> {
  const { body } = await app.request('GET', `/audit?kind=${kind}`);
  return body.entries;
}

describe('the era of an instance', () => {
  it('is stored and shown, modern', async () => {
    const instance = await add('modern', await startModernServer({ name: 'new', version: '2.0' }));
    expect(instance).toMatchObject({
      era: 'modern',
      protocolVersion: '2026-07-28',
      ownConnections: 0,
    });
    expect(await findRow(instance.id)).toMatchObject({ era: 'modern', asks_clients: false });
    const test = await app.request('POST', '/instances/modern/test');
    expect(test.body).toMatchObject({
      ok: true,
      era: 'modern',
      protocolVersion: '2026-07-28',
      serverInfo: { name: 'new', version: '2.0' },
      offers: { tools: 1 },
    });
    const restarted = await app.request('POST', '/instances/modern/restart');
    expect(restarted.body).toMatchObject({ era: 'modern', state: { name: 'ready' } });
  });

  it('is shown of a server that does not tell its name', async () => {
    await add('nameless', await startModernServer(undefined));
    const { status, body } = await app.request('POST', '/instances/nameless/test');
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('serverInfo');
  });

  it('is stored and shown, legacy', async () => {
    const remote = await startRemoteServer();
    ends.push(async () => remote[Symbol.asyncDispose]());
    const instance = await add('legacy', remote.url);
    expect(instance).toMatchObject({ era: 'legacy', protocolVersion: '2025-11-25' });
    const { body } = await app.request('GET', '/instances');
    expect(
      body.instances.map(({ slug, era }: { slug: string; era: string }) => [slug, era]),
    ).toContainEqual(['legacy', 'legacy']);
  });

  it('is noted on record when it turns out to be another', async () => {
    const { id } = await add('turns', await startModernServer(undefined));
    await withTenant(app.services.db, app.organizationId, (db) =>
      db.updateTable('instances').set({ era: 'legacy' }).where('id', '=', id).execute(),
    );
    const { status } = await app.request('POST', '/instances/turns/restart');
    expect(status).toBe(200);
    expect(await findRow(id)).toMatchObject({ era: 'modern' });
    const entries = await auditOf('definitions.changed');
    expect(entries[0]?.record).toMatchObject({ change: { era: 'modern', hello: false } });
  });
});

describe('an instance that asks its clients', () => {
  it('is remembered once, on record, and seen by who decides on access', async () => {
    const { id } = await add('asking', await startModernServer(undefined));
    const { body: agent } = await app.request('POST', '/agents', { slug: 'answering' });
    const target = { scope: 'instance', instance: 'asking' };
    await app.request('POST', '/grants', { agent: agent.slug, target, level: 'read' });
    const source = createAccessSource(app.services.db);
    const load = async () => (await source.load(app.organizationId, agent.id)).instances[0];
    expect(await load()).toMatchObject({ era: 'modern', isRemote: true, asksClients: false });
    const noteAsking = createNoteAsking(app.services);
    await Promise.all([noteAsking(app.organizationId, id), noteAsking(app.organizationId, id)]);
    await createNoteAsking(app.services)(app.organizationId, id);
    expect(await load()).toMatchObject({ asksClients: true });
    expect(await auditOf('instance.asks_clients')).toHaveLength(1);
  });

  it('is not another organization’s', async () => {
    const { id } = await add('others', await startModernServer(undefined));
    await createNoteAsking(app.services)(newId(), id);
    expect(await findRow(id)).toMatchObject({ asks_clients: false });
  });
});
