import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checkPage, faultsOf, hasBrowser, openConsole } from '../harness/console.ts';
import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';
import { packageOf, startRegistry } from '../registry/registry.ts';

describe.skipIf(!hasBrowser)('what stands around pages', () => {
  const stack = new AsyncDisposableStack();
  let plugboard: Plugboard;
  beforeAll(async () => {
    const registry = stack.use(await startRegistry());
    plugboard = stack.use(await startPlugboard({ registry: registry.url }));
    await plugboard.add({ server: packageOf('echo'), slug: 'echo' });
    await plugboard.api.toolboxes.create({ slug: 'research', name: 'Research' });
    await plugboard.api.credentials.create({
      name: 'our weather key',
      kind: 'basic',
      owner: { kind: 'organization' },
      fields: { username: 'ada', password: 'Long-enough-passphrase-81' },
    });
  }, 300_000);
  afterAll(() => stack.disposeAsync());

  const open = async (options: Parameters<typeof openConsole>[1] = {}) => {
    const page = await openConsole(plugboard, options);
    await page.getByRole('heading', { level: 1 }).waitFor();
    return page;
  };
  const ask = async (page: Page, text: string) => {
    await page.keyboard.press('Control+k');
    const input = page.getByRole('combobox', { name: 'Search and commands' });
    await input.waitFor();
    await page.keyboard.type(text);
    return input;
  };

  it.each([
    ['echo', 'Instances', '/instances/echo'],
    ['Demo ag', 'Agents', '/agents/demo'],
    ['Research', 'Toolboxes', '/instances?toolbox=research'],
    ['weather k', 'Credentials', /\/credentials\/[0-9a-f-]{36}$/],
    ['sqlite', 'Servers to add', /\/marketplace\/.+sqlite/],
    ['perm', 'Go to', '/matrix'],
    ['create token', 'Do', '/agents?new=true'],
  ] as const)('finds %s among %s by keys alone', async (text, group, url) => {
    await using page = await open();
    await ask(page, text);
    const option = page.getByRole('group', { name: group }).getByRole('option').first();
    await option.waitFor();
    for (let turn = 0; (await option.getAttribute('data-highlighted')) === null; turn += 1) {
      expect(turn).toBeLessThan(20);
      await page.keyboard.press('ArrowDown');
    }
    await page.keyboard.press('Enter');
    await page.waitForURL(typeof url === 'string' ? `**${url}` : url);
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('shows in the palette what others wrote as text', async () => {
    const name = `zz<svg onload="document.title='broken'">\u202Eevil`;
    await plugboard.api.agents.create({ slug: 'zz', name });
    await using page = await open();
    await ask(page, 'zz<svg');
    await page
      .getByRole('option', { name: `zz<svg onload="document.title='broken'"><U+202E>evil` })
      .waitFor();
    expect(await page.title()).toBe('Home · Plugboard');
    expect(faultsOf(page)).toEqual([]);
  });

  it('says when nothing is found, and closes without doing anything', async () => {
    await using page = await open();
    await ask(page, 'qqqqxyzzy');
    await page.getByText('Nothing has these letters').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    expect(new URL(page.url()).pathname).toBe('/');
  });

  it('offers only what the role may do', async () => {
    await using page = await open();
    const me = await plugboard.api.me();
    await page.route('**/api/v1/me', (route) =>
      route.fulfill({ json: { ...me, via: 'session', may: [] } }),
    );
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await ask(page, 'a');
    await page.getByRole('option', { name: /^Agents/ }).waitFor();
    expect(
      await page.getByRole('option', { name: /^(?:New agent|Audit|Try a tool)/ }).count(),
    ).toBe(0);
  });

  it('goes by two keys, tells all keys, and leaves keys alone while one types', async () => {
    await using page = await open();
    await page.keyboard.press('?');
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await sheet.getByText('Marketplace').waitFor();
    await checkPage(page, 'shortcuts');
    // Nothing goes on behind what is open.
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    expect(new URL(page.url()).pathname).toBe('/');
    await page.keyboard.press('Escape');
    await expect.poll(() => sheet.count()).toBe(0);
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.waitForURL('**/agents');
    await ask(page, 'g i?');
    expect(new URL(page.url()).pathname).toBe('/agents');
    expect(await sheet.count()).toBe(0);
  });

  it.each(['desktop', 'phone'] as const)('shows the palette on a %s', async (viewport) => {
    for (const theme of ['light', 'dark'] as const) {
      await using page = await open({ viewport, theme });
      await ask(page, 'e');
      await page.getByRole('option', { name: /echo/ }).first().waitFor();
      await checkPage(page, 'palette');
    }
  });
});
