import { describe, expect, it } from 'vitest';

import {
  buildGrant,
  buildInstance,
  buildOffering,
  scriptedUpstream,
  upstreamsOf,
} from '../testing/build.ts';
import { serveGateway } from '../testing/serve-gateway.ts';

/** A gateway with a server in each of two toolboxes, where each member has an account of their own. */
async function serve() {
  const sets: string[] = [];
  const upstream = scriptedUpstream(() => '{"jsonrpc":"2.0","id":"1","result":{"content":[]}}');
  const account = 'member' as const;
  const gateway = await serveGateway({
    access: {
      one: {
        grants: ['a', 'b'].map((toolboxId) =>
          buildGrant({ target: { scope: 'toolbox', toolboxId } }),
        ),
        instances: ['a', 'b'].map((toolboxId) =>
          buildInstance(`in-${toolboxId}`, [buildOffering('t')], {
            toolboxId,
            toolboxSlug: toolboxId,
            account,
          }),
        ),
      },
    },
    upstreams: {
      ...upstreamsOf(upstream),
      acquire(_organizationId, _instanceId, credentialSet) {
        sets.push(credentialSet);
        return Promise.resolve(upstream);
      },
    },
  });
  const { signal } = new AbortController();
  const call = (caller: { memberId?: string; toolboxIds?: readonly string[] }, name: string) =>
    gateway.gateway.callDirectly(
      { organizationId: 'organization', agentId: 'one', ...caller },
      { name, arguments: {} },
      { signal },
    );
  return { ...gateway, call, sets };
}

describe('a tool that is called outside of any session', () => {
  it('is called with the account of the member who calls, on record as theirs', async () => {
    await using served = await serve();
    const { call, sets, records } = served;
    await call({ memberId: 'm1' }, 'in-a__t');
    await call({ memberId: 'm2' }, 'in-a__t');
    expect(sets).toEqual(['member:m1', 'member:m2']);
    const outcomes = records.filter(({ kind }) => kind === 'call.outcome');
    expect(outcomes).toMatchObject([
      { agentId: 'one', memberId: 'm1', outcome: 'ok' },
      { agentId: 'one', memberId: 'm2', outcome: 'ok' },
    ]);
    for (const each of outcomes) expect(each).not.toHaveProperty('tokenId');
  });

  it('is not called with anybody’s account where nobody is there', async () => {
    await using served = await serve();
    const { call, sets } = served;
    await expect(call({}, 'in-a__t')).rejects.toThrow(/acts for no member/);
    expect(sets).toEqual([]);
  });

  it('is one of the toolboxes that the caller is held to, or it is not there', async () => {
    await using served = await serve();
    const { call, sets } = served;
    const held = { memberId: 'm1', toolboxIds: ['a'] };
    await call(held, 'in-a__t');
    await expect(call(held, 'in-b__t')).rejects.toThrow();
    await expect(call({ ...held, toolboxIds: [] }, 'in-a__t')).rejects.toThrow();
    expect(sets).toEqual(['member:m1']);
  });
});
