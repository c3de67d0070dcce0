import { readFile, rm, stat, writeFile } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { withTenant } from '../../store/tenant.ts';
import { keyFiles } from './first-keys.ts';
import { prepareOrganization } from './first-run.ts';

let app: TestApp;
beforeAll(async () => void (app = await buildApp()));
afterAll(() => app[Symbol.asyncDispose]());

describe('prepareOrganization', () => {
  it('makes owner, toolbox, agent and grant, with keys that only their owner reads', async () => {
    const { owner, demo } = keyFiles(app.dataDir);
    for (const file of [owner, demo]) expect((await stat(file)).mode & 0o777).toBe(0o600);
    const toolboxes = await app.request('GET', '/toolboxes');
    expect(toolboxes.body.toolboxes).toMatchObject([{ slug: 'starter', environment: 'dev' }]);
    const grants = await app.request('GET', '/grants?agent=demo');
    expect(grants.body.grants).toMatchObject([
      { effect: 'allow', level: 'execute', target: { scope: 'toolbox' }, expired: false },
    ]);
    const tokens = await app.request('GET', '/agents/demo/tokens');
    expect(tokens.body.tokens).toMatchObject([{ state: 'active', hint: app.demoToken.slice(-4) }]);
    const verified = await app.request('POST', '/audit/verify');
    expect(verified.body).toMatchObject({ ok: true });
  });

  it('changes nothing the second time', async () => {
    const before = await app.request('GET', '/audit?limit=1000');
    const { organizationId } = await prepareOrganization(app.services);
    expect(organizationId).toBe(app.organizationId);
    expect(await readFile(keyFiles(app.dataDir).owner, 'utf8')).toBe(`${app.ownerKey}\n`);
    const after = await app.request('GET', '/audit?limit=1000');
    expect(after.body.entries.length).toBe(before.body.entries.length);
  });

  it('does not make again what the owner put away', async () => {
    const { owner } = keyFiles(app.dataDir);
    await rm(owner);
    await prepareOrganization(app.services);
    await expect(stat(owner)).rejects.toThrow(/ENOENT/);
    await writeFile(owner, `${app.ownerKey}\n`, { mode: 0o600 });
  });

  it('goes on where a start died between the file and the store', async () => {
    await withTenant(app.services.db, app.organizationId, async (tx) => {
      await tx.deleteFrom('api_keys').execute();
      await tx.deleteFrom('agent_tokens').execute();
    });
    expect((await app.request('GET', '/status')).status).toBe(401);
    await prepareOrganization(app.services);
    expect((await app.request('GET', '/status')).status).toBe(200);
    expect(await readFile(keyFiles(app.dataDir).demo, 'utf8')).toBe(`${app.demoToken}\n`);
  });
});
