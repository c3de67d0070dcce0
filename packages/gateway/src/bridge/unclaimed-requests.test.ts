import { setTimeout as delay } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { silentClient } from '../call/call-client.ts';
import { buildInstance, buildOffering } from '../testing/build.ts';
import {
  callHarness,
  legacyClient,
  modernClient,
  ScriptedServer,
} from '../testing/call-harness.ts';

const asker = buildInstance('asker', [buildOffering('ask'), buildOffering('wait')], {
  id: 'instance',
});
const ask = { name: 'asker__ask' };
const wait = { name: 'asker__wait' };

/** A server on standard streams: what it asks names no call. */
function stdioServer(options: { ownKey?: string } = {}) {
  const gate = Promise.withResolvers<void>();
  const server = new ScriptedServer(
    async (side) => {
      if (side.params['name'] === 'wait') {
        await gate.promise;
        return { waited: true };
      }
      return { answer: await side.ask('roots/list') };
    },
    { onStream: false, ...options },
  );
  return { server, gate };
}

describe('requests of a server that belong to no call', () => {
  it('go to the client whose call is under way, and the server is known to ask from then on', async () => {
    const { server } = stdioServer();
    const { call, asking } = callHarness(server, [asker]);
    const client = legacyClient(() => ({ roots: [{ uri: 'file:///mine' }] }));
    const answer = { result: { roots: [{ uri: 'file:///mine' }] } };
    expect(await call(ask, { client })).toMatchObject({ result: { answer } });
    await call(ask, { client });
    expect(asking).toEqual(['instance']);
  });

  it('go to nobody while calls of two clients are under way', async () => {
    const { server, gate } = stdioServer();
    const { call } = callHarness(server, [asker]);
    const mine = legacyClient(() => expect.unreachable());
    const others = [
      call(wait, { client: legacyClient(() => expect.unreachable(), {}, 'other session') }),
      call(wait, { client: modernClient({ roots: {} }), agentId: 'another' }),
    ];
    expect(await call(ask, { client: mine })).toMatchObject({
      result: { answer: { error: { code: -32603 } } },
    });
    gate.resolve();
    await Promise.all(others);
  });

  it('go to nobody while the same key of another agent is under way', async () => {
    const { server, gate } = stdioServer();
    const { call } = callHarness(server, [asker]);
    const client = legacyClient(() => expect.unreachable());
    const other = call(wait, { client, agentId: 'another' });
    expect(await call(ask, { client })).toMatchObject({ result: { answer: { error: {} } } });
    gate.resolve();
    await other;
  });

  it('are refused when the client under way can be asked nothing', async () => {
    const { server } = stdioServer();
    const { call, asking } = callHarness(server, [asker]);
    expect(await call(ask, { client: silentClient })).toMatchObject({
      result: { answer: { error: { message: expect.stringContaining('can be asked nothing') } } },
    });
    expect(asking).toEqual(['instance']);
  });

  it('are refused on a shared connection that carries no call, but for roots, of which there are none', async () => {
    const { server } = stdioServer();
    const { asking } = callHarness(server, [asker]);
    expect(await server.ask('roots/list')).toMatchObject({ result: { roots: [] } });
    expect(asking).toEqual([]);
    expect(await server.ask('sampling/createMessage')).toMatchObject({ error: { code: -32603 } });
    expect(asking).toEqual(['instance']);
  });

  it("wait on a client's own connection for its next call", async () => {
    const { server, gate } = stdioServer({ ownKey: 'agent session' });
    const { call, asking } = callHarness(server, [asker]);
    const waiting = server.ask('roots/list');
    await delay(5);
    const client = legacyClient(() => ({ roots: [{ uri: 'file:///mine' }] }));
    const calling = call(wait, { client });
    expect(await waiting).toMatchObject({ result: { roots: [{ uri: 'file:///mine' }] } });
    gate.resolve();
    await calling;
    expect(asking).toEqual([]);
  });

  it('wait in small numbers', async () => {
    const { server } = stdioServer({ ownKey: 'agent session' });
    callHarness(server, [asker]);
    for (let n = 0; n < 16; n += 1) void server.ask('roots/list');
    expect(await server.ask('roots/list')).toMatchObject({ error: { code: -32603 } });
    expect(server.heard).toHaveLength(1);
  });
});
