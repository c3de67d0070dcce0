import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { AppServices } from '../../apps/server/src/app/services.ts';
import { buildApp, type TestApp } from '../../apps/server/src/app/testing/build-app.ts';
import { createAccessTokens } from '../../apps/server/src/features/connections/refresh/create-access-tokens.ts';
import type { RefreshEngine } from '../../apps/server/src/features/connections/refresh/refresh-engine.ts';
import { connect, testClient } from '../oauth/connected.ts';
import { type IdentityProvider, startIdentityProvider } from '../oauth/identity-provider.ts';

const resource = 'https://api.example.test/mcp';
const call = { for: 'start' } as const;

let app: TestApp;
let provider: IdentityProvider;
const stack = new AsyncDisposableStack();
beforeAll(async () => {
  app = stack.use(await buildApp());
  provider = stack.use(await startIdentityProvider({ clients: [testClient] }));
});
afterAll(() => stack.disposeAsync());
beforeEach(() => {
  provider.fault = undefined;
  provider.accessTokenSeconds = 3600;
  Object.assign(provider.counters, { refreshes: 0, refreshed: 0, reuses: 0 });
});

/** An engine as another node has one, with a clock of its own. */
function node(skewMs = 0): RefreshEngine {
  const services: AppServices = { ...app.services, clock: () => Date.now() + skewMs };
  return stack.use(createAccessTokens(services));
}

describe('one connection on several nodes', () => {
  it('is refreshed once for 200 calls that meet an expired token at the same time', async () => {
    provider.accessTokenSeconds = 1;
    const ref = await connect(app.services, provider, app.organizationId, { resource });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    provider.accessTokenSeconds = 3600;
    const nodes = [node(), node()];
    const tokens = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => nodes[index % 2]!.get(ref, call)),
    );
    expect(new Set(tokens.map(({ token }) => token.reveal())).size).toBe(1);
    expect(await provider.introspect(tokens[0]!.token.reveal())).toMatchObject({ account: 'ann' });
    expect(provider.counters).toMatchObject({ refreshes: 1, refreshed: 1, reuses: 0 });
  });
});
