import { newId } from '@plugboard/contracts';
import type { LiveEvent } from '@plugboard/contracts/api';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { startRemoteServer } from '../../app/testing/remote-server.ts';
import { publish } from '../../store/events.ts';
import { withTenant } from '../../store/tenant.ts';
import { buildOrganization } from '../../store/testing/test-database.ts';
import type { Role } from '../members/policy.ts';
import { type Browser, signIn, signInOwner } from '../people/testing/browser.ts';
import { buildOutcome, demoAgent, ownAgent } from './testing/outcomes.ts';
import { openStream } from './testing/open-stream.ts';

let app: TestApp;
let members: Map<Role, { key: string; memberId: string }>;

beforeAll(async () => {
  app = await buildApp();
  members = new Map();
  for (const role of ['admin', 'member', 'auditor'] as const) {
    const key = await app.buildMember(role);
    const me = await app.request('GET', '/me', undefined, key);
    members.set(role, { key, memberId: me.body.memberId });
  }
});

afterAll(() => app[Symbol.asyncDispose]());

const member = (role: Role) => members.get(role) ?? { key: '', memberId: '' };
const isCall = (event: LiveEvent) => event.type === 'call';

/** The stream of a browser in which somebody is signed in. */
function streamOf(browser: Browser) {
  return openStream({
    ownerKey: '',
    fetch: (path, init) =>
      app.fetch(path, {
        ...init,
        headers: { cookie: browser.cookieHeader, 'sec-fetch-site': 'same-origin' },
      }),
  });
}

describe('the live stream of a session', () => {
  it('ends with it at once, and no other does', async () => {
    const first = await signInOwner(app);
    const second = await signIn(app, 'owner@example.com');
    await using theirs = await streamOf(second);
    await using ours = await streamOf(first);
    await ours.next();
    await theirs.next();
    await second.submit('/sign-out', '/sign-out', {});
    expect(await theirs.end()).toMatchObject({ code: 'unauthenticated' });
    await app.request('POST', '/agents', { slug: 'still-told' });
    expect(await ours.until(({ type }) => type === 'change')).toBeTruthy();
    // Ended elsewhere: by another node, by an admin, by the database's owner.
    await sql`delete from user_sessions`.execute(app.database.db);
    expect(await ours.end()).toMatchObject({ code: 'unauthenticated' });
  });

  it('is told since when an instance is stopped', async () => {
    await using remote = await startRemoteServer();
    const input = { server: remote.url, slug: 'halted', allowPrivateNetwork: true };
    await app.request('POST', '/instances', input);
    await using stream = await openStream(app);
    await stream.next();
    await app.request('POST', '/instances/halted/stop', {});
    const told = await stream.until(
      (event) => event.type === 'state' && event.state.name === 'stopped',
    );
    expect(told).toMatchObject({ state: { stoppedAt: expect.any(String), restarts: 0 } });
  });
});

describe('the live stream', () => {
  it('begins with the node and its version, then tells calls as they end', async () => {
    await using stream = await openStream(app);
    expect(await stream.next()).toMatchObject({
      type: 'hello',
      version: app.services.server.version,
    });
    const agent = await demoAgent(app);
    const outcome = buildOutcome(agent.id, { offering: 'read_graph', durationMs: 3.5 });
    await app.services.audit.append(app.organizationId, outcome);
    expect(await stream.until(isCall)).toEqual({
      type: 'call',
      call: {
        seq: expect.any(Number),
        at: new Date(outcome.at).toISOString(),
        callId: outcome.callId,
        agent: { id: agent.id, slug: 'demo', name: agent.name },
        instance: null,
        tool: 'read_graph',
        method: 'tools/call',
        outcome: 'ok',
        durationMs: 3.5,
      },
    });
  });

  it('tells calls that another node recorded', async () => {
    await using stream = await openStream(app);
    await stream.next();
    const agent = await demoAgent(app);
    const outcome = buildOutcome(agent.id);
    // As another node does: past this node's own writer.
    const { appendWithin } = await import('../audit/append-within.ts');
    await withTenant(app.services.db, app.organizationId, (tx) =>
      appendWithin(tx, app.organizationId, { ...outcome, change: {} }),
    );
    const told = await stream.until(isCall);
    expect(told).toMatchObject({ call: { callId: outcome.callId } });
  });

  it('tells a member the calls of their own agents and of no others', async () => {
    const { key, memberId } = member('member');
    const own = await ownAgent(app, memberId);
    const others = await demoAgent(app);
    await using stream = await openStream(app, key);
    await using auditor = await openStream(app, member('auditor').key);
    await stream.next();
    await auditor.next();
    const [first, second] = [buildOutcome(others.id), buildOutcome(own.id)];
    await app.services.audit.append(app.organizationId, first);
    await app.services.audit.append(app.organizationId, second);
    expect(await stream.until(isCall)).toMatchObject({ call: { callId: second.callId } });
    expect(await auditor.until(isCall)).toMatchObject({ call: { callId: first.callId } });
  });

  it('tells changes by what may have changed, and nobody of another organization', async () => {
    const other = await buildOrganization(app.services.db);
    await using stream = await openStream(app);
    await stream.next();
    await app.services.audit.append(other, buildOutcome(newId()));
    await withTenant(app.services.db, other, (tx) =>
      publish(tx, { kind: 'instance', organizationId: other, instanceId: newId() }),
    );
    const created = await app.request('POST', '/toolboxes', { slug: 'told-of', name: 'Told of' });
    expect(created.status).toBe(201);
    const told: LiveEvent[] = [];
    await stream.until((event) => {
      told.push(event);
      return event.type === 'change' && event.about === 'access';
    });
    expect(told.filter(({ type }) => type !== 'change')).toEqual([]);
    expect(told.filter((event) => event.type === 'change' && event.about === 'instance')).toEqual(
      [],
    );
  });

  it('names connections to nobody who may not read the log', async () => {
    const connectionId = newId();
    const { organizationId } = app;
    await using stream = await openStream(app, member('member').key);
    await using auditor = await openStream(app, member('auditor').key);
    await stream.next();
    await auditor.next();
    await withTenant(app.services.db, organizationId, (tx) =>
      publish(tx, { kind: 'connection', organizationId, connectionId }),
    );
    expect(await stream.next()).toEqual({ type: 'change', about: 'connection' });
    expect(await auditor.next()).toEqual({ type: 'change', about: 'connection', connectionId });
  });

  it('tells of members, keys and sources, which have no events of their own', async () => {
    await using stream = await openStream(app);
    await stream.next();
    await app.request('POST', '/keys', { name: 'another' });
    expect(await stream.until((event) => event.type === 'change')).toEqual({
      type: 'change',
      about: 'api_key',
    });
  });

  it('tells the states of instances, and when they are removed', async () => {
    await using remote = await startRemoteServer();
    await using stream = await openStream(app, member('member').key);
    await stream.next();
    const input = { server: remote.url, slug: 'watched', allowPrivateNetwork: true };
    const added = await app.request('POST', '/instances', input);
    const { id } = added.body.at(-1).data.instance;
    await app.request('POST', '/instances/watched/restart', {});
    expect(
      await stream.until((event) => event.type === 'state' && event.instanceId === id),
    ).toMatchObject({ state: { name: expect.stringMatching(/^(?:starting|ready)$/) } });
    await app.request('DELETE', '/instances/watched');
    await stream.until(
      (event) => event.type === 'change' && event.about === 'instance' && event.instanceId === id,
    );
  });

  it('ends with the key that opened it', async () => {
    const key = await app.request('POST', '/keys', { name: 'soon gone' });
    await using stream = await openStream(app, key.body.key);
    await stream.next();
    await app.request('DELETE', `/keys/${key.body.id}`);
    await expect(stream.end()).resolves.toMatchObject({ code: 'unauthenticated' });
  });

  it('ends when its member is suspended', async () => {
    const key = await app.buildMember('member');
    const me = await app.request('GET', '/me', undefined, key);
    await using stream = await openStream(app, key);
    await stream.next();
    await app.request('POST', `/members/${me.body.memberId}/suspend`, {});
    await expect(stream.end()).resolves.toMatchObject({ code: 'unauthenticated' });
  });

  it('shows no more than the role that its member has by now', async () => {
    const key = await app.buildMember('auditor');
    const me = await app.request('GET', '/me', undefined, key);
    await using stream = await openStream(app, key);
    await stream.next();
    await app.request('PUT', `/members/${me.body.memberId}/role`, { role: 'member' });
    await stream.until((event) => event.type === 'change' && event.about === 'member');
    const agent = await demoAgent(app);
    // What it is told of is asked of its role then: told only to the other one.
    await using owner = await openStream(app);
    await owner.next();
    await app.services.audit.append(app.organizationId, buildOutcome(agent.id));
    await owner.until(isCall);
    await app.request('POST', '/keys', { name: 'a mark' });
    const told: LiveEvent[] = [];
    await stream.until((event) => {
      told.push(event);
      return event.type === 'change' && event.about === 'api_key';
    });
    expect(told.filter(isCall)).toEqual([]);
  });

  it('is refused to one who has twenty open, and opens again when one of them ends', async () => {
    const key = await app.buildMember('member');
    await using streams = new AsyncDisposableStack();
    const first = streams.use(await openStream(app, key));
    for (let n = 1; n < 20; n += 1) streams.use(await openStream(app, key));
    const refused = await app.request('GET', '/live', undefined, key);
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    await first[Symbol.asyncDispose]();
    await using again = await openStream(app, key);
    expect(await again.next()).toMatchObject({ type: 'hello' });
  });

  it('is refused to agents and to nobody', async () => {
    for (const key of [app.demoToken, 'none']) {
      expect((await app.request('GET', '/live', undefined, key)).status).toBe(401);
    }
  });
});
