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

  it.each([
    ['prompt', { kind: 'prompt', name: 'in-a__p', arguments: {} }, 'prompts/get'],
    ['resource', { kind: 'resource', name: 'file:///r', arguments: {} }, 'resources/read'],
  ] as const)('may be a %s, by the id that is given', async (kind, subject, method) => {
    const upstream = scriptedUpstream(() => '{"jsonrpc":"2.0","id":"1","result":{}}');
    const instance = buildInstance('in-a', [
      buildOffering('p', { kind: 'prompt' }),
      buildOffering('file:///r', { kind: 'resource' }),
    ]);
    await using served = await serveGateway({
      access: {
        one: {
          grants: [buildGrant({ target: { scope: 'toolbox', toolboxId: 'toolbox' } })],
          instances: [instance],
        },
        two: { grants: [], instances: [] },
      },
      upstreams: upstreamsOf(upstream),
    });
    const { signal } = new AbortController();
    const call = (agentId: string, callId: string) =>
      served.gateway.callDirectly(
        { organizationId: 'organization', agentId },
        { ...subject, endpointPath: kind === 'resource' ? '/starter/in-a' : '' },
        { signal, callId },
      );
    await call('one', 'id-1');
    await expect(call('two', 'id-2')).rejects.toThrow();
    expect(served.records).toMatchObject([
      { kind: 'call.outcome', callId: 'id-1', method, outcome: 'ok', offeringKind: kind },
      { kind: 'call.outcome', callId: 'id-2', method, outcome: 'refused' },
    ]);
  });
});
