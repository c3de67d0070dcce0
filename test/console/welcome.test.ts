import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checkPage, hasBrowser, openConsole } from '../harness/console.ts';
import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';
import { packageOf, startRegistry } from '../registry/registry.ts';

describe.skipIf(!hasBrowser)('welcome', () => {
  const stack = new AsyncDisposableStack();
  let plugboard: Plugboard;
  beforeAll(async () => {
    const registry = stack.use(await startRegistry());
    plugboard = stack.use(await startPlugboard({ registry: registry.url }));
    await plugboard.add({ server: packageOf('echo'), slug: 'echo' });
  }, 300_000);
  afterAll(() => stack.disposeAsync());

  it('leads to a connected client in three clicks, and tells when it calls', async () => {
    await using page = await openConsole(plugboard, { path: '/welcome' });
    await page.getByText('Choose a client to begin').waitFor();
    await page.getByText('Claude Code', { exact: true }).click();
    await page.waitForURL('**/welcome?client=claude-code');
    await page.getByText('Waiting for the first call…').waitFor();
    await page.getByRole('button', { name: 'Copy the command' }).first().click();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
      `claude mcp add --transport http --scope user plugboard ${plugboard.mcpUrl}`,
    );
    const client = await plugboard.client(plugboard.demoToken);
    await client.call('echo__echo');
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByRole('status').filter({ hasText: 'Demo agent used echo' }).waitFor();
    await client.end();
    await page.getByRole('link', { name: 'Watch it live' }).click();
    await page.getByRole('list', { name: 'Latest calls' }).waitFor();
  });

  it('makes a token of a new agent at once, which may use what was said and no more', async () => {
    await using page = await openConsole(plugboard, { path: '/welcome?client=other' });
    await page.getByRole('button', { name: 'With a token' }).click();
    await page.getByRole('combobox', { name: 'It acts as the agent' }).click();
    await page.getByRole('option', { name: 'New agent: Another client' }).click();
    await page.getByRole('combobox', { name: 'Up to the level' }).click();
    await page.getByRole('option', { name: /^read/ }).click();
    await page.getByRole('button', { name: 'Make a token' }).click();
    const header = await page.getByLabel('the header', { exact: true }).textContent();
    const token = /^Authorization: Bearer (\S+)$/.exec(header ?? '')?.[1] ?? '';
    const client = await plugboard.client(token);
    await client.end();
    const { agents } = await plugboard.api.agents.list();
    expect(agents).toContainEqual(
      expect.objectContaining({ slug: 'another-client', name: 'Another client', tokens: 1 }),
    );
    const { grants } = await plugboard.api.grants.list({ agent: 'another-client' });
    expect(grants).toMatchObject([
      { effect: 'allow', level: 'read', target: { scope: 'toolbox' } },
    ]);
    // It is shown once: who comes back finds it no more.
    await page.reload();
    await page.getByRole('button', { name: 'With a token' }).click();
    await page.getByRole('button', { name: 'Make a token' }).waitFor();
    expect(await page.content()).not.toContain(token);
  });

  it('is all done by keys', async () => {
    await using page = await openConsole(plugboard, { path: '/welcome' });
    await page.getByRole('radio', { name: /Claude Code/ }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.waitForURL('**/welcome?client=cursor');
    const link = page.getByRole('link', { name: 'Add to Cursor' });
    const address = new URL((await link.getAttribute('href')) ?? '');
    expect(address.protocol).toBe('cursor:');
    const config = atob(address.searchParams.get('config') ?? '');
    expect(JSON.parse(config)).toEqual({ url: plugboard.mcpUrl });
    await page.getByText('By hand instead').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Copy the configuration' }).focus();
    await page.keyboard.press('Enter');
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(JSON.parse(copied)).toEqual({ mcpServers: { plugboard: { url: plugboard.mcpUrl } } });
  });

  it('offers no token to who may not make one', async () => {
    await using page = await openConsole(plugboard, { path: '/settings' });
    const me = await plugboard.api.me();
    const may = me.may.filter((action) => action !== 'token.create');
    await page.route('**/api/v1/me', (route) =>
      route.fulfill({ json: { ...me, via: 'session', may } }),
    );
    await page.goto('/welcome?client=codex');
    await page.getByRole('list', { name: 'Steps for Codex' }).waitFor();
    expect(await page.getByRole('button', { name: 'With a token' }).count()).toBe(0);
  });

  it.each(['desktop', 'phone'] as const)(
    'holds to what every page does, on a %s',
    async (viewport) => {
      for (const theme of ['light', 'dark'] as const) {
        await using page = await openConsole(plugboard, { viewport, theme, path: '/welcome' });
        await page.getByText('Choose a client to begin').waitFor();
        await checkPage(page, 'welcome');
        await page.getByText('VS Code', { exact: true }).click();
        await page.getByRole('list', { name: 'Steps for VS Code' }).waitFor();
        await checkPage(page, 'welcome-client');
        await page.getByRole('button', { name: 'With a token' }).click();
        await page.getByRole('button', { name: 'Make a token' }).waitFor();
        await checkPage(page, 'welcome-token');
      }
    },
  );
});
