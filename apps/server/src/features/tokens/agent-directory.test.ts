import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { withTenant } from '../../store/tenant.ts';
import { createOAuthTokens } from '../authorization-server/oauth-tokens.ts';
import { createAgentDirectory } from './agent-directory.ts';

let app: TestApp;
beforeAll(async () => void (app = await buildApp()));
afterAll(() => app[Symbol.asyncDispose]());

const store = () => ({
  ...app.services,
  refusals: app.services.authorizationServer.refusals,
  oauth: createOAuthTokens({ ...app.services, ...app.services.authorizationServer }),
});

describe('createAgentDirectory', () => {
  it('finds an agent by its token', async () => {
    using agents = createAgentDirectory(store(), Date.now);
    expect(await agents.find(app.demoToken)).toMatchObject({
      organizationId: app.organizationId,
      agentSlug: 'demo',
      expiresAt: undefined,
    });
  });

  it('finds nobody by what is no token, and by a key of the API', async () => {
    using agents = createAgentDirectory(store(), Date.now);
    expect(await agents.find('pba_nothing')).toBeUndefined();
    expect(await agents.find(app.ownerKey)).toBeUndefined();
  });

  it('forgets a token when it is revoked, however long it would keep it', async () => {
    const now = Date.now();
    using agents = createAgentDirectory(store(), () => now);
    const { body } = await app.request('POST', '/agents/demo/tokens', { name: 'one' });
    const identity = await agents.find(body.token);
    expect(identity?.tokenId).toBe(body.id);
    expect(identity && (await agents.holds(identity))).toBe(true);
    await app.request('DELETE', `/agents/demo/tokens/${body.id}`);
    expect(await agents.find(body.token)).toBeUndefined();
    expect(identity && (await agents.holds(identity))).toBe(false);
  });

  it('minds the end of a token at each use', async () => {
    let now = Date.now();
    using agents = createAgentDirectory(store(), () => now);
    const expiresAt = new Date(now + 60_000).toISOString();
    const { body } = await app.request('POST', '/agents/demo/tokens', { expiresAt });
    expect(await agents.find(body.token)).toMatchObject({ expiresAt: Date.parse(expiresAt) });
    now += 60_000;
    expect(await agents.find(body.token)).toBeUndefined();
  });

  it("knows no token of a member's own agent while that member is suspended, whoever authorized it", async () => {
    using agents = createAgentDirectory(store(), Date.now);
    await Promise.all([app.buildMember('member'), app.buildMember('member')]);
    const { body: listed } = await app.request('GET', '/members');
    const [owning, acting]: { id: string }[] = listed.members.filter(
      ({ role }: { role: string }) => role === 'member',
    );
    const { body: made } = await app.request('POST', '/agents', { slug: 'lent-out' });
    const { body } = await app.request('POST', '/agents/lent-out/tokens', {});
    await withTenant(app.services.db, app.organizationId, async (tx) => {
      const agent = { member_id: owning?.id ?? '' };
      await tx.updateTable('agents').set(agent).where('id', '=', made.id).execute();
      const token = { member_id: acting?.id ?? '' };
      await tx.updateTable('agent_tokens').set(token).where('id', '=', body.id).execute();
    });
    const identity = await agents.find(body.token);
    expect(identity).toMatchObject({ memberId: acting?.id });
    for (const each of [owning, acting]) {
      await app.request('POST', `/members/${each?.id}/suspend`, {});
      expect(await agents.find(body.token)).toBeUndefined();
      expect(identity && (await agents.holds(identity))).toBe(false);
      await app.request('POST', `/members/${each?.id}/reinstate`, {});
      expect(await agents.find(body.token)).toMatchObject({ memberId: acting?.id });
    }
  });

  it('asks the store once for many callers at a time', async () => {
    using agents = createAgentDirectory(store(), Date.now);
    const found = await Promise.all(Array.from({ length: 50 }, () => agents.find(app.demoToken)));
    expect(new Set(found).size).toBe(1);
  });
});
