import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { checkPage, hasBrowser, openConsole } from '../harness/console.ts';
import { plugboardForFile } from '../harness/for-file.ts';

const looks = [
  ['desktop', 'light'],
  ['desktop', 'dark'],
  ['phone', 'light'],
  ['phone', 'dark'],
] as const;

const hostile = '<img src=x onerror="document.title=1"> \u202etxt.exe';

/** npm's registry of the tests has no package of the bundled servers: nothing of them can be planned. */
const expected = [/status of (?:4|5)\d\d/];

describe.skipIf(!hasBrowser)('the marketplace', () => {
  const fixture = plugboardForFile({}, async ({ plugboard: { dataDir, api } }) => {
    const folder = path.join(dataDir, 'catalog', 'own');
    await mkdir(folder, { recursive: true });
    const entry = {
      name: 'com.example/trap',
      title: hostile,
      description: hostile,
      version: '1.0.0',
      websiteUrl: 'https://example.com/',
      packages: [
        {
          registryType: 'npm',
          identifier: 'plugboard-fixture-echo',
          version: '1.0.0',
          transport: { type: 'stdio' },
          environmentVariables: [{ name: 'TRAP', description: hostile, default: hostile }],
        },
      ],
    };
    await writeFile(path.join(folder, 'trap.server.json'), JSON.stringify(entry));
    await api.sources.add({ slug: 'own', kind: 'folder', location: 'own', everyMs: null });
    const { id: sync } = await api.sources.sync({ source: 'own' });
    for await (const event of await api.sources.syncs.watch({ source: 'own', sync })) {
      if (event.type === 'done' && event.sync.state !== 'succeeded') throw new Error('no sync');
    }
  });
  const open = (at: string, options: Parameters<typeof openConsole>[1] = {}) =>
    openConsole(fixture.plugboard, { path: at, ...options });
  const search = (page: Page) => page.getByRole('combobox', { name: 'Search servers and tools' });
  const cards = (page: Page) => page.getByRole('list', { name: 'Servers', exact: true });
  const inUrl = (page: Page) => new URL(page.url()).searchParams.get('q');

  it.each(looks)(
    'shows shelves, then what is searched for, on a %s, %s',
    async (viewport, theme) => {
      await using page = await open('/marketplace', { viewport, theme });
      await page
        .getByRole('region', { name: 'Featured' })
        .getByRole('heading', { level: 3 })
        .first()
        .waitFor();
      await checkPage(page, 'marketplace');
      await search(page).fill('sqlite');
      await page.keyboard.press('Enter');
      await cards(page).getByRole('link', { name: 'SQLite', exact: true }).waitFor();
      expect(await page.getByRole('region', { name: 'Featured' }).count()).toBe(0);
      expect(inUrl(page)).toBe('sqlite');
      await checkPage(page, 'search');
    },
  );

  it.each(looks)('shows everything of a server on a %s, %s', async (viewport, theme) => {
    const at = '/marketplace/io.github.johnnyoshika/mcp-server-sqlite-npx';
    await using page = await open(at, { viewport, theme });
    await page.getByRole('heading', { level: 1, name: /SQLite/ }).waitFor();
    await page.getByText('Nobody told us its README').waitFor();
    await checkPage(page, 'server');
    for (const [tab, text] of [
      ['Install guide', 'plugboard server add sqlite'],
      ['Tools', 'write_query'],
      ['Configuration', 'The database file'],
      ['Versions', '0.8.0'],
      ['Security', 'Its database engine is built at install'],
      ['Examples', 'plugboard server add sqlite --plan'],
    ] as const) {
      await page.getByRole('tab', { name: tab }).click();
      await page.getByRole('tabpanel').getByText(text).first().waitFor();
      await checkPage(page, `server-${tab.toLowerCase().replace(' ', '-')}`, {
        expected,
      });
    }
  });

  it('writes filters into the query, and takes them out again', async () => {
    await using page = await open('/marketplace?q=database');
    const filters = page.getByRole('complementary', { name: 'Filters' });
    await filters.getByRole('checkbox', { name: /^Official/ }).click();
    await expect.poll(() => search(page).inputValue()).toBe('database tier:official');
    await page.getByRole('button', { name: /^Databases/ }).click();
    await expect.poll(() => inUrl(page)).toBe('database tier:official category:databases');
    await filters.getByRole('checkbox', { name: /^Official/ }).click();
    await expect.poll(() => inUrl(page)).toBe('database category:databases');
    await page.goBack();
    await expect
      .poll(() => search(page).inputValue())
      .toBe('database tier:official category:databases');
    await page.getByRole('combobox', { name: 'Order' }).click();
    await page.getByRole('option', { name: 'Name' }).click();
    await expect.poll(() => inUrl(page)).toMatch(/ sort:name$/);
  });

  it('has its filters in a sheet on a phone', async () => {
    await using page = await open('/marketplace?q=database', { viewport: 'phone' });
    await page.getByRole('button', { name: 'Filters' }).click();
    const sheet = page.getByRole('dialog', { name: 'Filters' });
    await sheet.getByRole('checkbox', { name: /^npm/ }).click();
    await checkPage(page, 'marketplace-filters');
    await sheet.getByRole('button', { name: /^Show \d/ }).click();
    await page.getByRole('button', { name: 'Filters (1)' }).waitFor();
    expect(inUrl(page)).toBe('database runtime:npm');
  });

  it('says how it read what was written, and offers what may be meant', async () => {
    await using page = await open('/marketplace');
    await search(page).fill('postgrez categry:databases');
    await page.keyboard.press('Enter');
    await page.getByText('There is no filter "categry"').waitFor();
    await page.getByRole('button', { name: /^Use category:databases/ }).click();
    await page.getByRole('button', { name: /^Did you mean postgres/ }).click();
    await expect.poll(() => inUrl(page)).toBe('postgres category:databases');
  });

  it('is used by the keyboard alone: complete, search, remember, forget', async () => {
    await using page = await open('/marketplace');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('catego');
    await page
      .getByRole('option', { name: /^category:/ })
      .first()
      .waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => search(page).inputValue()).toBe('category:');
    await page.keyboard.type('databases');
    await page.keyboard.press('Enter');
    await page.getByRole('listbox').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await expect.poll(() => search(page).inputValue()).toBe('');
    await page.keyboard.press('ArrowDown');
    await page.getByRole('option', { name: 'category:databases' }).first().waitFor();
    await page.getByRole('button', { name: 'Clear history' }).click();
    await expect.poll(() => page.evaluate(`localStorage.getItem('plugboard-searches')`)).toBeNull();
  });

  it('searches inside servers for tools', async () => {
    await using page = await open('/marketplace?q=read%20query');
    await page.getByRole('button', { name: 'Tools inside' }).click();
    await page
      .getByRole('list', { name: 'Tools' })
      .getByRole('link', { name: 'read_query' })
      .click();
    await page.getByRole('tab', { name: 'Tools', selected: true }).waitFor();
  });

  it('says what to do when nothing fits', async () => {
    await using page = await open('/marketplace?q=zzzqqqxxx%20tier:official');
    await page.getByText('No server fits').waitFor();
    await page.getByRole('button', { name: 'Search without filters' }).click();
    await expect.poll(() => inUrl(page)).toBe('zzzqqqxxx');
  });

  it('keeps what publishers write inert', async () => {
    await using page = await open('/marketplace?q=source:own');
    await cards(page).getByText('<img src=x').first().waitFor();
    expect(await cards(page).getByText('<U+202E>').count()).toBeGreaterThan(0);
    await page.goto('/marketplace/com.example/trap?tab=configuration');
    await page.getByRole('tabpanel').getByText('<img src=x').first().waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    expect(await page.title()).toContain('Plugboard');
    await checkPage(page, 'server-hostile', { expected });
  });
});
