import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { goodPassword } from '../../apps/server/src/features/people/testing/browser.ts';
import { chromiumPath, startChromium } from '../harness/chromium.ts';
import { startPlugboard } from '../harness/plugboard.ts';

describe.skipIf(chromiumPath === undefined)('a passkey in a real browser', () => {
  it('is added, signs in, and is of no use to another origin or without its owner', async () => {
    await using plugboard = await startPlugboard();
    await using browser = await startChromium();
    const page = await browser.open();
    // Browsers make no passkeys for addresses.
    const base = plugboard.url.replace('127.0.0.1', 'localhost');
    const authenticator = await page.addAuthenticator();

    const { stdout } = await plugboard.cli('owner', 'link', '--json');
    await page.go(base + new URL(JSON.parse(stdout).link).pathname);
    await shoot('welcome', page);
    await page.type({ name: 'Olga', email: 'owner@example.com' });
    await page.type({ password: goodPassword, again: goodPassword });
    await page.submit();
    expect(await page.path()).toBe('/welcome');
    await page.go(`${base}/account`);
    await shoot('account', page);
    await page.type({ 'passkey-name': 'Test key' });
    await page.click('#passkey-add');
    await page.until(`document.body.textContent.includes('Test key')`);

    await page.go(`${base}/sign-out`);
    await page.submit();
    expect(await page.path()).toBe('/sign-in');
    await shoot('sign-in', page);
    await page.go(`${base}/sign-in?next=/account`);
    await page.click('#passkey-sign-in');
    await page.until(`location.pathname === '/account'`);
    expect(await page.run(`fetch('/api/v1/me').then((r) => r.json()).then((me) => me.via)`)).toBe(
      'session',
    );

    // It did not check who holds it: one factor, which is not enough.
    await page.go(`${base}/sign-out`);
    await page.submit();
    await page.send('WebAuthn.setUserVerified', {
      authenticatorId: authenticator,
      isUserVerified: false,
    });
    await page.click('#passkey-sign-in');
    await page.until(`!document.getElementById('passkey-problem').hidden`);
    expect(await page.path()).toBe('/sign-in');
    await page.send('WebAuthn.setUserVerified', {
      authenticatorId: authenticator,
      isUserVerified: true,
    });

    // A page of another origin that passes a signed challenge on.
    const stolen = await page.run(`(async () => {
      const options = await (await fetch('/auth/passkey/generate-authenticate-options')).json();
      const bytes = (t) => Uint8Array.from(atob(t.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
      const text = (b) => btoa(String.fromCharCode(...new Uint8Array(b))).replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, '');
      const c = await navigator.credentials.get({ publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: [] } });
      const clientData = JSON.parse(new TextDecoder().decode(c.response.clientDataJSON));
      clientData.origin = 'https://evil.example';
      const answer = await fetch('/auth/passkey/verify-authentication', { method: 'POST',
        headers: { 'content-type': 'application/json' }, body: JSON.stringify({ response: { id: c.id, rawId: text(c.rawId),
          type: c.type, clientExtensionResults: {}, response: { clientDataJSON: text(new TextEncoder().encode(JSON.stringify(clientData))),
          authenticatorData: text(c.response.authenticatorData), signature: text(c.response.signature), userHandle: text(c.response.userHandle) } } }) });
      return answer.status;
    })()`);
    expect(stolen).toBeGreaterThanOrEqual(400);
    await page.go(`${base}/account`);
    expect(await page.path()).toBe('/sign-in');
  });
});

/** Pictures for people to look at, where a folder for them is named. */
async function shoot(name: string, page: { shoot(dark: boolean): Promise<Buffer> }): Promise<void> {
  const folder = process.env['PLUGBOARD_TEST_PICTURES'];
  if (folder === undefined) return;
  if (!existsSync(folder)) await mkdir(folder, { recursive: true });
  for (const dark of [false, true]) {
    await writeFile(
      path.join(folder, `${name}-${dark ? 'dark' : 'light'}.png`),
      await page.shoot(dark),
    );
  }
}
