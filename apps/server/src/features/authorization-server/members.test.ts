import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { listen } from '../../store/events.ts';
import { createAgentDirectory } from '../tokens/agent-directory.ts';
import { createOAuthTokens } from './oauth-tokens.ts';
import { buildClient } from './testing/oauth-client.ts';
import { serveApp, type ServedApp } from './testing/serve-app.ts';

let served: ServedApp;
beforeAll(async () => void (served = await serveApp()));
afterAll(() => served[Symbol.asyncDispose]());

/** What another node knows of agents: by its own memory, and by what it hears. */
async function openNode() {
  await using making = new AsyncDisposableStack();
  const { services, database } = served.app;
  const feed = making.use(await listen(database.connection, services.log));
  const oauth = createOAuthTokens({ ...services, ...services.authorizationServer });
  const { refusals } = services.authorizationServer;
  const onChange = (listener: Parameters<typeof feed.onChange>[0]) => feed.onChange(listener);
  // Its clock stands still: what it remembers does not go by itself.
  const now = Date.now();
  const agents = making.use(
    createAgentDirectory({ ...services, onChange, oauth, refusals }, () => now),
  );
  const made = making.move();
  return { agents, feed, [Symbol.asyncDispose]: () => made.disposeAsync() };
}

describe.each(['suspended', 'removed'] as const)('when a member is %s', (end) => {
  it('what clients hold for them ends at once on each node, and is refreshed no more', async () => {
    const { app } = served;
    await app.request('PATCH', '/toolboxes/starter', { memberLevel: 'read' });
    const { body: own } = await app.request('POST', '/agents/demo/clients', {});
    const asAgent = async () => {
      const form = {
        grant_type: 'client_credentials',
        client_id: own.clientId,
        client_secret: own.clientSecret,
      };
      const body = new URLSearchParams(form);
      const answer = await served.send('/oauth/token', { method: 'POST', body });
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- RFC 6749 section 5.1
      return ((await answer.json()) as { access_token: string }).access_token;
    };
    const agentToken = await asAgent();
    await using node = await openNode();
    const person = await served.signIn('member');
    const client = await buildClient(served);
    const tokens = await client.connect(person.browser);
    expect(await node.agents.find(tokens.access_token)).toMatchObject({
      memberId: person.memberId,
    });
    expect((await served.mcp('', tokens.access_token)).status).toBe(200);

    const ended =
      end === 'suspended'
        ? await app.request('POST', `/members/${person.memberId}/suspend`)
        : await app.request('DELETE', `/members/${person.memberId}`);
    expect(ended.status).toBeLessThan(300);
    await node.feed.heard();
    expect(await node.agents.find(tokens.access_token)).toBeUndefined();
    expect((await served.mcp('', tokens.access_token)).status).toBe(401);
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
    expect(await client.token(refresh)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
    const { body } = await app.request('GET', '/audit?limit=1&kind=oauth.refused');
    expect(body.entries[0]?.record).toMatchObject({ change: { reason: 'grant_ended' } });

    // What agents have of their own is nobody's.
    expect((await served.mcp('', agentToken)).status).toBe(200);
    expect((await served.mcp('', await asAgent())).status).toBe(200);
  });
});
