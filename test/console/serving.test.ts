import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { faultsOf, hasBrowser, openConsole } from '../harness/console.ts';
import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';

describe.skipIf(!hasBrowser)('the console in a real browser', () => {
  let plugboard: Plugboard;
  beforeAll(async () => void (plugboard = await startPlugboard()));
  afterAll(() => plugboard[Symbol.asyncDispose]());

  it('shows its home to the owner, without a fault', async () => {
    await using page = await openConsole(plugboard);
    await page.locator('h1').first().waitFor();
    expect(new URL(page.url()).pathname).toBe('/');
    expect(faultsOf(page)).toEqual([]);
  });

  it('is loaded packed, and its files are kept by the browser', async () => {
    await using page = await openConsole(plugboard);
    const assets: { url: string; encoding: string | undefined; kept: string | undefined }[] = [];
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (!/^\/assets\/.*\.(?:js|css)$/.test(pathname)) return;
      const headers = response.headers();
      assets.push({
        url: pathname,
        encoding: headers['content-encoding'],
        kept: headers['cache-control'],
      });
    });
    await page.reload();
    await page.locator('h1').first().waitFor();
    expect(assets.length).toBeGreaterThan(1);
    // Most browsers take brotli over https alone.
    for (const { url, encoding, kept } of assets) {
      expect([url, encoding, kept]).toEqual([
        url,
        expect.stringMatching(/^(?:br|gzip)$/),
        'public, max-age=31536000, immutable',
      ]);
    }
  });

  it('lets no script in that is not its own', async () => {
    await using page = await openConsole(plugboard);
    await page.locator('h1').first().waitFor();
    // Later, for the browser's tools may do what the page may not.
    await page.evaluate(`setTimeout(() => {
      globalThis.broken = [];
      const attempt = (action) => { try { action(); } catch {} };
      attempt(() => { const s = document.createElement('script');
        s.append("globalThis.broken.push('inline')"); document.body.append(s); });
      attempt(() => { const d = document.createElement('div');
        d.innerHTML = '<img src=x onerror="globalThis.broken.push(1)">'; document.body.append(d); });
      attempt(() => (0, eval)("globalThis.broken.push('eval')"));
      attempt(() => new Function("globalThis.broken.push('function')")());
      attempt(() => { const s = document.createElement('script');
        s.src = 'data:text/javascript,globalThis.broken.push("data")'; document.body.append(s); });
      attempt(() => { const a = document.createElement('a');
        a.href = 'javascript:globalThis.broken.push("link")'; document.body.append(a); a.click(); });
      setTimeout(() => { globalThis.tried = true; }, 200);
    })`);
    await expect.poll(() => page.evaluate('globalThis.tried')).toBe(true);
    const ran = await page.evaluate('globalThis.broken');
    expect(ran).toEqual([]);
  });

  it('sends who is not signed in to the sign-in page, and back', async () => {
    await using page = await openConsole(plugboard, { path: '/agents', signedIn: false });
    await page.getByLabel('Password').waitFor();
    expect(new URL(page.url()).pathname).toBe('/sign-in');
    expect(new URL(page.url()).searchParams.get('next')).toBe('/agents');
  });
});
