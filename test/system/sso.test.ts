import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Browser } from '../../apps/server/src/features/people/testing/browser.ts';
import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';
import { type IdentityProvider, startIdentityProvider } from '../oauth/identity-provider.ts';

let plugboard: Plugboard;
let idp: IdentityProvider;
beforeAll(async () => {
  const accounts = { ann: { name: 'Ann', email: 'ann@corp.example', emailVerified: true } };
  [plugboard, idp] = await Promise.all([startPlugboard(), startIdentityProvider({ accounts })]);
});
afterAll(async () => {
  await plugboard[Symbol.asyncDispose]();
  await idp[Symbol.asyncDispose]();
});

function browse(): Browser {
  const { url } = plugboard;
  return new Browser(
    { fetch: (path, init) => fetch(url + path, { ...init, redirect: 'manual' }) },
    url,
  );
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

async function through(browser: Browser, start: string): Promise<Response> {
  const begun = await browser.get(start);
  return browser.get(pathOf(await idp.signIn(begun.headers.get('location') ?? '')));
}

describe('single sign-on', () => {
  it('is set up from the command line, tested, enabled and required', async () => {
    const sso = async (...args: string[]) => {
      const { stdout, stderr } = await plugboard.cli('--json', 'sso', ...args);
      if (stdout === '') throw new Error(stderr);
      return JSON.parse(stdout);
    };
    const client = ['--issuer', idp.issuer, '--client-id', 'plugboard'];
    const place = ['--domain', 'corp.example', '--allow-private-network'];
    const added = await sso('add', 'corp', ...client, ...place);
    expect(added).toMatchObject({ enabled: false, hasSecret: false });
    await idp.addClient({
      client_id: 'plugboard',
      redirect_uris: [added.callbackUrl],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    });
    expect(await sso('domain', 'prove', 'corp', 'corp.example', '--confirm')).toMatchObject({
      domains: [{ domain: 'corp.example', state: 'proved', provedBy: 'owner' }],
    });
    const shown = await through(browse(), pathOf((await sso('test', 'corp')).url));
    expect(await shown.text()).toContain('The provider works');
    expect(await sso('enable', 'corp')).toMatchObject({ enabled: true });
    expect(await sso('require', 'on', '--yes')).toEqual({ required: true });

    const browser = browse();
    const page = await browser.post('/sign-in/sso', { email: 'ann@corp.example' });
    const [, start = ''] = /href="(\/sso\/[^"]+)"/.exec(await page.text()) ?? [];
    const response = await through(browser, start.replaceAll('&amp;', '&'));
    expect(response.headers.get('location')).toBe('/');
    expect(await (await browser.api('GET', '/me')).json()).toMatchObject({
      email: 'ann@corp.example',
      role: 'member',
    });

    await sso('disable', 'corp', '--yes');
    expect((await browser.api('GET', '/me')).status).toBe(401);
    await sso('require', 'off');
    await sso('remove', 'corp', '--yes');
    expect((await sso('list')).providers).toEqual([]);
  });
});
