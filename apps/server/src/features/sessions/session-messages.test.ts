import { newId } from '@plugboard/contracts';
import type { IncomingMail, SessionAddress, StoredSession } from '@plugboard/gateway';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { withTenant } from '../../store/tenant.ts';
import { keepSessionsSwept } from './keep-sessions-swept.ts';
import { createSessionMail } from './session-mail.ts';
import { createSessionStore } from './session-store.ts';
import { createStreamStore } from './stream-store.ts';

let app: TestApp;
beforeAll(async () => void (app = await buildApp()));
afterAll(() => app[Symbol.asyncDispose]());

let made = 0;

/** A session of the demo agent, in the store. */
async function buildSession(fields: Partial<StoredSession> = {}): Promise<StoredSession> {
  made += 1;
  const { agents } = (await app.request('GET', '/agents')).body;
  const agentId = agents.find((agent: { slug: string }) => agent.slug === 'demo').id;
  const { body } = await app.request('POST', '/agents/demo/tokens', {});
  const session: StoredSession = {
    idHash: Buffer.alloc(32, made),
    organizationId: app.organizationId,
    agentId,
    tokenId: body.id,
    endpoint: '',
    protocolVersion: '2025-11-25',
    client: '{}',
    logLevel: undefined,
    subscriptions: [],
    ...fields,
  };
  await createSessionStore(app.services.db).create(session);
  return session;
}

const rows = (): Promise<{ body: Buffer }[]> =>
  withTenant(app.services.db, app.organizationId, (tx) =>
    tx.selectFrom('session_messages').select('body').execute(),
  );

function mailbox() {
  const { db, onChange } = app.services;
  const heard: IncomingMail[] = [];
  const mail = createSessionMail({
    db,
    onChange,
    onError: (error) => expect.unreachable(String(error)),
  });
  const stop = mail.onMail((incoming) => heard.push(incoming));
  return { mail, heard, [Symbol.dispose]: stop };
}

describe('the session store', () => {
  it('takes over what a client says of itself later', async () => {
    const { organizationId, idHash } = await buildSession({ client: '' });
    const store = createSessionStore(app.services.db);
    await store.setClient(organizationId, idHash, {
      protocolVersion: '2024-11-05',
      params: '{"a":1}',
    });
    expect(await store.find(organizationId, idHash)).toMatchObject({
      protocolVersion: '2024-11-05',
      client: '{"a":1}',
    });
  });

  it('keeps each subscription once, whatever it is called', async () => {
    const { organizationId, idHash } = await buildSession();
    const store = createSessionStore(app.services.db);
    const odd = `note://"'$1\\u0000;drop table sessions`;
    await Promise.all(
      ['note://a', odd, 'note://a', '0'].map((uri) =>
        store.changeSubscription(organizationId, idHash, uri, 'add'),
      ),
    );
    await store.changeSubscription(organizationId, idHash, 'note://a', 'remove');
    const found = await store.find(organizationId, idHash);
    expect(new Set(found?.subscriptions)).toEqual(new Set([odd, '0']));
    expect(found?.subscriptions).toHaveLength(2);
  });

  it('tells all nodes that a session has ended', async () => {
    const { organizationId, idHash } = await buildSession();
    const heard: unknown[] = [];
    const stop = app.services.onChange((event) => heard.push(event));
    await createSessionStore(app.services.db).delete(organizationId, idHash);
    const session = idHash.toString('base64url');
    await vi.waitFor(() =>
      expect(heard).toContainEqual({ kind: 'session', organizationId, session, about: 'ended' }),
    );
    stop();
  });
});

describe('mail of a session', () => {
  it('is read by all and taken by one', async () => {
    const to: SessionAddress = await buildSession();
    using box = mailbox();
    using other = mailbox();
    await box.mail.send({ to, kind: 'message', body: Buffer.from('{"ü":"\\u0000"}') });
    await vi.waitFor(() => expect([box.heard.length, other.heard.length]).toEqual([1, 1]));
    const [incoming] = box.heard;
    expect(incoming).toMatchObject({ kind: 'message', to: { idHash: to.idHash } });
    expect((await incoming!.read())?.toString()).toBe('{"ü":"\\u0000"}');
    const taken = await Promise.all([incoming!.take(), other.heard[0]!.take()]);
    expect(taken.filter((body) => body !== undefined)).toHaveLength(1);
    expect(await incoming!.read()).toBeUndefined();
  });

  it('to one that has ended, or is of another organization, goes nowhere', async () => {
    const { organizationId, idHash } = await buildSession();
    using box = mailbox();
    await createSessionStore(app.services.db).delete(organizationId, idHash);
    const before = await rows();
    await box.mail.send({
      to: { organizationId, idHash },
      kind: 'answer',
      body: Buffer.from('{}'),
    });
    const { idHash: known } = await buildSession();
    const stranger = { organizationId: newId(), idHash: known };
    await box.mail.send({ to: stranger, kind: 'answer', body: Buffer.from('{}') });
    expect(await rows()).toEqual(before);
  });

  it('goes with its session', async () => {
    const to = await buildSession();
    using box = mailbox();
    await box.mail.send({ to, kind: 'answer', body: Buffer.from('"gone"') });
    expect((await rows()).map(({ body }) => String(body))).toContain('"gone"');
    await createSessionStore(app.services.db).delete(to.organizationId, to.idHash);
    expect((await rows()).map(({ body }) => String(body))).not.toContain('"gone"');
  });
});

describe('events of a broken stream', () => {
  it('are read in order, of one session’s stream alone', async () => {
    const [session, other] = [await buildSession(), await buildSession()];
    const { db, onChange } = app.services;
    const store = createStreamStore({ db, onChange });
    const heard: unknown[] = [];
    const stop = store.onAppended((address, stream) => heard.push([address, stream]));
    const event = (seq: number, isLast = false) => ({ seq, body: Buffer.from(`${seq}`), isLast });
    await store.append(session, 'stream-a', [event(2), event(1)]);
    await store.append(session, 'stream-a', [event(3, true)]);
    await store.append(session, 'stream-b', [event(4)]);
    await store.append(other, 'stream-a', [event(5)]);
    expect(await store.readAfter(session, 'stream-a', 1)).toEqual([event(2), event(3, true)]);
    expect(await store.readAfter(other, 'stream-b', 0)).toEqual([]);
    const { organizationId, idHash } = session;
    await vi.waitFor(() => expect(heard).toHaveLength(4));
    expect(heard).toContainEqual([{ organizationId, idHash }, 'stream-b']);
    stop();
  });

  it('are forgotten after minutes', async () => {
    const session = await buildSession();
    const { db, onChange } = app.services;
    const store = createStreamStore({ db, onChange });
    const event = { seq: 1, body: Buffer.from('{}'), isLast: true };
    await store.append(session, 'old', [event]);
    await store.append(session, 'new', [event]);
    const anHourAgo = new Date(Date.now() - 3_600_000);
    await withTenant(db, session.organizationId, (tx) =>
      tx
        .updateTable('session_messages')
        .set({ created_at: anHourAgo })
        .where('stream', '=', 'old')
        .execute(),
    );
    using _sweeping = keepSessionsSwept(db, pino({ level: 'silent' }));
    await vi.waitFor(async () => expect(await store.readAfter(session, 'old', 0)).toEqual([]));
    expect(await store.readAfter(session, 'new', 0)).toHaveLength(1);
  });
});
