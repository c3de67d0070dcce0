import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checkPage, hasBrowser, openConsole } from '../harness/console.ts';
import { signInOwner } from '../harness/people.ts';
import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';
import { connectAccount } from '../oauth/connect-account.ts';
import { type IdentityProvider, startIdentityProvider } from '../oauth/identity-provider.ts';
import { type ProtectedServer, startProtectedServer } from '../oauth/protected-server.ts';
import { startRegistry } from '../registry/registry.ts';

describe.skipIf(!hasBrowser)('connections in the console', () => {
  const stack = new AsyncDisposableStack();
  let plugboard: Plugboard;
  let provider: IdentityProvider;
  let server: ProtectedServer;
  let shared: string;

  beforeAll(async () => {
    const registry = stack.use(await startRegistry());
    plugboard = stack.use(await startPlugboard({ registry: registry.url }));
    provider = stack.use(await startIdentityProvider());
    const scopesSupported = ['openid', 'email', 'read', 'write'];
    server = stack.use(await startProtectedServer({ provider, scopes: [], scopesSupported }));
    const browser = await signInOwner(plugboard);
    const connection = await connectAccount(plugboard, browser, provider, {
      resource: server.url,
      name: 'Tracker of the team',
    });
    shared = connection.id;
    await plugboard.agent('nightly-reports');
  }, 300_000);
  afterAll(() => stack.disposeAsync());

  const open = async (path: string, options: Parameters<typeof openConsole>[1] = {}) => {
    const page = await openConsole(plugboard, { path, ...options });
    await page.locator('h1').waitFor();
    return page;
  };

  it.each(['desktop', 'phone'] as const)(
    'lists them, light and dark, on a %s',
    async (viewport) => {
      for (const theme of ['light', 'dark'] as const) {
        await using page = await open('/connections', { viewport, theme });
        await page.getByRole('link', { name: 'Tracker of the team' }).waitFor();
        await checkPage(page, 'connections');
        await page.getByRole('link', { name: 'Tracker of the team' }).click();
        await page.getByRole('dialog').getByText('Signed in at').waitFor();
        await checkPage(page, 'connection');
      }
    },
  );

  it('connects an account at an MCP server’s address, signing in in another window', async () => {
    await using page = await open('/connections');
    await page.getByRole('button', { name: 'Connect an account' }).click();
    const dialog = page.getByRole('dialog', { name: 'Connect an account' });
    await dialog.getByRole('button', { name: 'An MCP server’s address' }).click();
    await dialog.getByLabel(/^Address/).fill(server.url);
    await dialog.getByRole('checkbox', { name: 'It is in a private network' }).click();
    await dialog.getByLabel(/^Name/).fill('Ada at the tracker');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog.getByText('Now sign in').waitFor();
    await checkPage(page, 'connection-sign-in');
    const [popup] = await Promise.all([
      page.waitForEvent('popup'),
      dialog.getByRole('link', { name: 'In a new window' }).click(),
    ]);
    await popup.locator('button[value=yes]').click();
    await popup.getByRole('button', { name: 'Sign in and allow' }).click();
    await popup.getByText('is connected').waitFor();
    // Told by an event, without going back to it.
    await dialog.getByText('Connected', { exact: true }).waitFor();
    await popup.getByRole('link', { name: 'See the connection' }).click();
    await popup.getByRole('dialog').getByText('Signed in at').waitFor();
    expect(new URL(popup.url()).searchParams.get('connection')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('says why a sign-in came to nothing, when one comes back', async () => {
    await using page = await open('/connections?new=true');
    const dialog = page.getByRole('dialog', { name: 'Connect an account' });
    await dialog.getByRole('button', { name: 'An MCP server’s address' }).click();
    await dialog.getByLabel(/^Address/).fill(server.url);
    await dialog.getByRole('checkbox', { name: 'It is in a private network' }).click();
    await dialog.getByRole('button', { name: 'Continue' }).click();
    const link = dialog.getByRole('link', { name: 'In this window' });
    await link.waitFor();
    const console = page.url();
    await link.click();
    await page.locator('button[value=no]').click();
    await page.getByRole('alert').waitFor();
    await page.goto(console);
    await page.getByText('Not connected').waitFor();
    await page.getByText('You did not say yes.').waitFor();
  });

  it('lets an agent use one’s own by keyboard alone, and takes it back', async () => {
    const { connections } = await plugboard.api.connections.list({});
    const own = connections.find(({ name }) => name === 'Ada at the tracker');
    await using page = await open(`/connections?connection=${own?.id ?? ''}`);
    const allow = page.getByRole('switch', { name: /nightly-reports/ });
    await allow.focus();
    await page.keyboard.press('Space');
    const agents = async () =>
      (await plugboard.api.connections.get({ connection: own?.id ?? '' })).agents?.map(
        ({ slug }) => slug,
      );
    await expect.poll(agents).toContain('nightly-reports');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(agents).not.toContain('nightly-reports');
  });

  it('asks for wider scopes by name', async () => {
    await using page = await open(`/connections?connection=${shared}`);
    const sheet = page.getByRole('dialog');
    await sheet.getByRole('button', { name: 'Ask for more' }).click();
    await sheet.getByLabel('By name').fill('write offline_access');
    await sheet.getByRole('button', { name: /Sign in with \d more/ }).click();
    await page.getByText('Now sign in').waitFor();
    expect(new URL(page.url()).searchParams.get('request')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('says who must sign in again, and what waits for it', async () => {
    await plugboard.database.tamper(
      plugboard.dataDir,
      'alter table connections no force row level security',
      `update connections set state = 'needs_sign_in', reason = 'refused', blocked_calls = 3
       where id = '${shared}'`,
      'alter table connections force row level security',
    );
    for (const viewport of ['desktop', 'phone'] as const) {
      await using page = await open('/connections', { viewport });
      await page.getByText('3 calls failed for it').waitFor();
      await page.getByText('An owner or admin').waitFor();
      await checkPage(page, 'connections-sign-in');
    }
    await using page = await open('/connections');
    await page.getByRole('button', { name: 'Sign in again' }).click();
    await page.getByText('Now sign in').waitFor();
  });

  it('removes one by its name, and says what revoking came to', async () => {
    await using page = await open(`/connections?connection=${shared}`);
    await page.getByRole('button', { name: 'Remove' }).click();
    const dialog = page.getByRole('dialog', { name: 'Remove Tracker of the team?' });
    await dialog.getByLabel(/^Type/).fill('Tracker of the team');
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await page.getByText(/Tracker of the team is removed/).waitFor();
    const { connections } = await plugboard.api.connections.list({});
    expect(connections.map(({ id }) => id)).not.toContain(shared);
  });
});
