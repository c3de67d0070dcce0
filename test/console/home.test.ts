import { glob, rename } from 'node:fs/promises';
import path from 'node:path';

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checkPage, faultsOf, hasBrowser, openConsole } from '../harness/console.ts';
import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';
import { packageOf, startRegistry } from '../registry/registry.ts';

const viewports = ['desktop', 'phone'] as const;

describe.skipIf(!hasBrowser)('home', () => {
  const stack = new AsyncDisposableStack();
  let plugboard: Plugboard;
  beforeAll(async () => {
    const registry = stack.use(await startRegistry());
    plugboard = stack.use(await startPlugboard({ registry: registry.url }));
  }, 300_000);
  afterAll(() => stack.disposeAsync());

  const call = (agent = 'demo') =>
    plugboard.api.calls.create({ agent, instance: 'echo', name: 'echo', arguments: {} });
  const rows = (page: Page) => page.getByRole('list', { name: 'Latest calls' }).getByRole('link');
  /** The stream is heard: what happens from now on comes. */
  const live = (page: Page) => page.getByText('live', { exact: true }).waitFor();

  it.each(viewports)('teaches who has nothing yet, on a %s', async (viewport) => {
    await using page = await openConsole(plugboard, { viewport, theme: 'dark' });
    await page.getByRole('heading', { level: 1, name: 'Add your first server' }).waitFor();
    await page.getByRole('region', { name: 'First steps' }).waitFor();
    await checkPage(page, 'home-new');
    await page.getByRole('link', { name: 'Connect', exact: true }).click();
    await page.waitForURL('**/welcome');
  });

  it('shows a call when it ends, how it went, and leads to its record', async () => {
    await plugboard.add({ server: packageOf('echo'), slug: 'echo' });
    await plugboard.agent('stranger');
    await using page = await openConsole(plugboard);
    await live(page);
    const { auditSeq } = await call();
    await rows(page).filter({ hasText: 'Demo agent' }).first().waitFor();
    await call('stranger').catch(() => undefined);
    await rows(page).filter({ hasText: 'refused' }).first().waitFor();
    // Without reading anything anew, the numbers count them and the agents are there.
    await page.getByRole('list', { name: 'How calls went' }).getByText('1 refused').waitFor();
    await page.getByRole('region', { name: 'Calls' }).getByText('1 ok').waitFor();
    await page.getByRole('link', { name: /stranger.*1 refused/s }).waitFor();
    const link = rows(page).filter({ hasText: 'Demo agent' }).first();
    await link.click();
    await page.waitForURL(`**/audit/${auditSeq}`);
    expect(faultsOf(page)).toEqual([]);
  });

  it('stands still while it is paused or pointed at, and says what waits', async () => {
    await using page = await openConsole(plugboard);
    await live(page);
    await rows(page).first().waitFor();
    const before = await rows(page).count();
    await page.getByRole('button', { name: 'Pause' }).click();
    await call();
    await page.getByText('1 new call', { exact: true }).waitFor();
    expect(await rows(page).count()).toBe(before);
    await page.getByRole('button', { name: 'Go on' }).click();
    await expect.poll(() => rows(page).count()).toBe(before + 1);
    await rows(page).first().hover();
    await call();
    await page.getByText('1 new call', { exact: true }).waitFor();
    await page.getByRole('heading', { level: 1 }).hover();
    await expect.poll(() => rows(page).count()).toBe(before + 2);
  });

  it('leads from each number to what it counts', async () => {
    await using page = await openConsole(plugboard);
    await page.getByRole('link', { name: '1 ready' }).click();
    await page.waitForURL('**/instances?state=ready');
    await page.goBack();
    const results = page.getByRole('list', { name: 'How calls went' });
    await results.getByRole('link', { name: '1 refused' }).click();
    await page.waitForURL(/\/audit\?outcome=refused/);
  });

  it('shows names that others chose as text, with what cannot be seen in them', async () => {
    const name = `<img src=x onerror="document.title='broken'">\u202Egnorw`;
    await plugboard.api.agents.create({ slug: 'hostile', name });
    const target = { scope: 'toolbox', toolbox: 'starter' } as const;
    await plugboard.api.grants.create({ agent: 'hostile', target, level: 'admin' });
    await using page = await openConsole(plugboard);
    await live(page);
    await call('hostile');
    await page
      .getByText(`<img src=x onerror="document.title='broken'"><U+202E>gnorw`)
      .first()
      .waitFor();
    expect(await page.title()).toBe('Home · Plugboard');
    expect(await page.locator('main img[src="x"]').count()).toBe(0);
    expect(faultsOf(page)).toEqual([]);
  });

  it('settles what fails with one button, and says in place why it cannot', async () => {
    const files: string[] = [];
    const found = glob('servers/**/node_modules/**/package.json', { cwd: plugboard.dataDir });
    for await (const each of found) files.push(each);
    const folder = path.dirname(path.join(plugboard.dataDir, files[0]!));
    await rename(folder, `${folder}.away`);
    await plugboard.api.instances.restart({ instance: 'echo' }).catch(() => undefined);
    await using page = await openConsole(plugboard);
    await page.getByRole('heading', { level: 1, name: '1 of 1 instance is failing' }).waitFor();
    await checkPage(page, 'home-failing');
    const restart = page.getByRole('button', { name: /^Restart: echo/ });
    await restart.click();
    await page.getByRole('alert').filter({ hasText: 'did not start' }).waitFor();
    await restart.waitFor();
    await rename(`${folder}.away`, folder);
    // By keys alone.
    await restart.focus();
    await page.keyboard.press('Enter');
    await page.getByText('echo was started anew').waitFor();
    await page.getByRole('heading', { level: 1, name: 'Everything is healthy' }).waitFor();
    expect(await restart.count()).toBe(0);
  });

  it.each(viewports)('holds to what every page does, light and dark, on a %s', async (viewport) => {
    for (const theme of ['light', 'dark'] as const) {
      await using page = await openConsole(plugboard, { viewport, theme });
      await rows(page).first().waitFor();
      await checkPage(page, 'home');
    }
  });

  it('says why it cannot be read, and tries again', async () => {
    await using page = await openConsole(plugboard, { path: '/settings' });
    let isBroken = true;
    await page.route('**/api/v1/overview', (route) =>
      isBroken
        ? route.fulfill({ status: 500, json: { code: 'internal', message: 'A fault inside.' } })
        : route.continue(),
    );
    await page.goto('/');
    await page.getByText('A fault inside.').waitFor();
    isBroken = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await rows(page).first().waitFor();
  });
});
