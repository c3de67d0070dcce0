import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { Browser, goodPassword, signIn, signInInvited, signInOwner } from './testing/browser.ts';

let app: TestApp;
beforeAll(async () => void (app = await buildApp()));
afterAll(() => app[Symbol.asyncDispose]());

describe('signing in', () => {
  it('begins with the owner’s link, then by password', async () => {
    const first = await signInOwner(app);
    const account = await first.get('/account');
    expect(account.status).toBe(200);
    expect(await account.text()).toContain('owner@example.com');
    const second = await signIn(app, 'OWNER@example.com');
    const me = await second.api('GET', '/me');
    expect(await me.json()).toMatchObject({ role: 'owner', via: 'session', name: 'Olga Owner' });
    const out = await second.submit('/sign-out', '/sign-out', {});
    expect(out.headers.get('location')).toBe('/sign-in');
    expect((await second.api('GET', '/me')).status).toBe(401);
    expect((await first.api('GET', '/me')).status).toBe(200);
  });

  it('makes a member of who is invited', async () => {
    const ann = await signInInvited(app, 'ann@example.com', 'auditor');
    const me = await ann.api('GET', '/me');
    expect(await me.json()).toMatchObject({ role: 'auditor' });
    const { body } = await app.request('GET', '/members');
    expect(body.members).toContainEqual(
      expect.objectContaining({ email: 'ann@example.com', role: 'auditor', source: 'invitation' }),
    );
    const { body: log } = await app.request('GET', '/audit?limit=1000');
    const kinds = log.entries.map((entry: { kind: string }) => entry.kind);
    for (const kind of [
      'invitation.created',
      'member.joined',
      'sign_in.done',
      'person.recovered',
    ]) {
      expect(kinds).toContain(kind);
    }
    expect(JSON.stringify(log)).not.toContain(goodPassword);
  });

  it('sends who is not signed in to where they sign in, and back', async () => {
    const browser = new Browser(app);
    const sent = await browser.get('/account/second-factor');
    expect(sent.headers.get('location')).toBe('/sign-in?next=%2Faccount%2Fsecond-factor');
  });
});
