import { createHmac } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { buildApp, type TestApp } from '../../app/testing/build-app.ts';
import { asRole } from '../../store/testing/test-database.ts';
import { sessionCookieName } from './cookie-names.ts';
import { Browser, goodPassword, signIn, signInInvited, signInOwner } from './testing/browser.ts';

const email = 'tom@example.com';

let app: TestApp;
let secret: string;
let codes: readonly string[];
beforeAll(async () => {
  app = await buildApp();
  await signInOwner(app);
  const tom = await signInInvited(app, email, 'admin');
  const page = await tom.submit('/account/second-factor', '/account/second-factor/begin', {
    password: goodPassword,
  });
  const text = await page.text();
  secret = /type in <code>([A-Z2-7]+)<\/code>/.exec(text)?.[1] ?? '';
  codes = [...text.matchAll(/<li><code>([^<]+)<\/code><\/li>/g)].map((match) => match[1] ?? '');
  expect(text).toContain('<svg');
  const on = await tom.submit('/account', '/account/second-factor/confirm', {
    code: codeOf(secret),
  });
  expect(on.headers.get('location')).toBe('/account');
});
afterAll(() => app[Symbol.asyncDispose]());
beforeEach(async () => void (await app.services.db.deleteFrom('sign_in_limits').execute()));

/** A code of RFC 6238 for the moment. */
function codeOf(base32: string, at = Date.now()): string {
  const bits = Array.from(base32)
    .map((letter) =>
      'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
    )
    .join('');
  const key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const offset = mac.at(-1)! & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

async function firstStep(): Promise<Browser> {
  const browser = new Browser(app);
  const response = await browser.post('/sign-in', {
    email,
    password: goodPassword,
    next: '/account',
  });
  expect(response.headers.get('location')).toMatch(/^\/sign-in\/second-factor/);
  return browser;
}

const secondStep = (browser: Browser, code: string) =>
  browser.post('/sign-in/second-factor', { code, next: '/account' });

describe('a second factor', () => {
  it('makes the password alone open nothing', async () => {
    const half = await firstStep();
    expect(half.cookies.has(sessionCookieName(app.services.people.cookiePrefix))).toBe(false);
    expect((await half.api('GET', '/me')).status).toBe(401);
    expect((await half.get('/account')).status).toBe(303);
    // What the first step left, given as if it were a session.
    for (const value of half.cookies.values()) {
      const thief = new Browser(app);
      thief.cookies.set(sessionCookieName(app.services.people.cookiePrefix), value);
      expect((await thief.api('GET', '/me')).status).toBe(401);
    }
    expect((await secondStep(half, '000000')).status).toBe(401);
    expect((await secondStep(new Browser(app), codeOf(secret))).status).toBe(401);
  });

  it('takes a code once', async () => {
    const code = codeOf(secret);
    const ann = await firstStep();
    expect((await secondStep(ann, code)).status).toBe(303);
    expect(await (await ann.api('GET', '/me')).json()).toMatchObject({ role: 'admin' });
    const thief = await firstStep();
    expect((await secondStep(thief, code)).status).toBe(401);
    expect((await thief.api('GET', '/me')).status).toBe(401);
  });

  it('takes a backup code once', async () => {
    const [code = ''] = codes;
    expect((await secondStep(await firstStep(), code)).status).toBe(303);
    expect((await secondStep(await firstStep(), code)).status).toBe(401);
  });

  it('is not guessed: a step takes five codes, an account ten', async () => {
    const half = await firstStep();
    for (let i = 0; i < 5; i += 1) await secondStep(half, String(i).padStart(6, '0'));
    expect((await secondStep(half, codeOf(secret, Date.now() + 30_000))).status).toBe(401);
    const again = await firstStep();
    for (let i = 0; i < 5; i += 1) await secondStep(again, String(i).padStart(6, '0'));
    expect((await secondStep(await firstStep(), codeOf(secret, Date.now() + 30_000))).status).toBe(
      401,
    );
    await asRole(app.database.superuser, (client) =>
      client.query(
        'update user_two_factors set locked_until = null, failed_verification_count = 0',
      ),
    );
  });

  it('lies sealed in the database', async () => {
    const { rows } = await asRole(app.database.superuser, (client) =>
      client.query('select secret, backup_codes from user_two_factors'),
    );
    const stored = JSON.stringify(rows);
    expect(stored).not.toContain(secret);
    for (const code of codes) expect(stored).not.toContain(code);
  });

  it('is not taken away without the password', async () => {
    const ann = await firstStep();
    await secondStep(ann, codes[1] ?? '');
    const refused = await ann.submit('/account', '/account/second-factor/remove', {
      password: 'wrong password here',
    });
    expect(refused.status).toBe(400);
    expect((await firstStep()).cookies.size).toBeGreaterThan(0);
  });

  it('keeps out who has none where the organization wants one', async () => {
    const bob = await signInInvited(app, 'bob@example.com');
    await app.request('PATCH', '/organization', { secondFactorRequired: true });
    const refused = await bob.api('GET', '/agents');
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ details: { reason: 'second_factor' } });
    const named = await bob.api('GET', '/agents', undefined, {
      'x-plugboard-organization': app.organizationId,
    });
    expect(named.status).toBe(403);
    expect((await bob.submit('/account', '/account/keys', { name: 'way around' })).status).toBe(
      400,
    );
    const ann = await firstStep();
    await secondStep(ann, codes[2] ?? '');
    expect((await ann.api('GET', '/agents')).status).toBe(200);
    await app.request('PATCH', '/organization', { secondFactorRequired: false });
    expect((await (await signIn(app, 'bob@example.com')).api('GET', '/agents')).status).toBe(200);
  });
});
