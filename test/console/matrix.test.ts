import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checkPage, hasBrowser, openConsole } from '../harness/console.ts';
import { type FileFixture, plugboardForFile } from '../harness/for-file.ts';
import { packageOf } from '../registry/registry.ts';

describe.skipIf(!hasBrowser)('permissions in the console', () => {
  const file: FileFixture = plugboardForFile({}, async ({ plugboard }) => {
    await plugboard.add({ server: packageOf('apps'), slug: 'apps' });
    await plugboard.add({ server: packageOf('ten-tools'), slug: 'ten' });
    await plugboard.agent('coder', { starter: 'read' });
    await plugboard.agent('writer');
  });
  const cell = (page: Page, agent: string, server: string) =>
    page.getByRole('gridcell', { name: new RegExp(`^${agent}, ${server}:`) });
  const grantsOf = async (agent: string) =>
    (await file.plugboard.api.grants.list({ agent })).grants.map(
      ({ effect, level, target }) => `${effect} ${level} ${target.scope}`,
    );

  it.each([
    ['desktop', 'light'],
    ['desktop', 'dark'],
    ['phone', 'light'],
    ['phone', 'dark'],
  ] as const)('is whole on %s, %s', async (viewport, theme) => {
    await using page = await openConsole(file.plugboard, { path: '/matrix', viewport, theme });
    await (viewport === 'desktop'
      ? cell(page, 'coder', 'apps').waitFor()
      : page.getByRole('button', { name: 'Tools of apps' }).waitFor());
    await checkPage(page, 'matrix');
  });

  it('sets a level by the mouse, and takes it back', async () => {
    await using page = await openConsole(file.plugboard, { path: '/matrix' });
    await cell(page, 'coder', 'ten').click();
    await page.getByRole('menuitemcheckbox', { name: /write/ }).click();
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    expect(await cell(page, 'coder', 'ten').getAttribute('aria-label')).toContain('write');
    expect(await grantsOf('coder')).toContain('allow write instance');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => grantsOf('coder')).toEqual(['allow read toolbox']);
    await expect
      .poll(() => cell(page, 'coder', 'ten').getAttribute('aria-label'))
      .toContain('read, from its toolbox');
  });

  it('is worked by the keyboard alone, and asks before what is dangerous', async () => {
    await using page = await openConsole(file.plugboard, { path: '/matrix' });
    await page.getByRole('grid').focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight']) {
      await page.keyboard.press(key);
    }
    const active = page.locator('[role=grid]').getAttribute('aria-activedescendant');
    const name = await page.locator(`#${await active}`).getAttribute('aria-label');
    expect(name).toMatch(/^writer, apps: none/);
    await page.keyboard.press('3');
    const asks = page.getByRole('dialog', { name: /dangerous/ });
    await asks.getByText('destroy', { exact: true }).waitFor();
    // Nothing is granted while the question stands.
    expect(await grantsOf('writer')).toEqual([]);
    const focus = `document.activeElement?.closest('[role=dialog]')?.textContent ?? ''`;
    await expect.poll(() => page.evaluate(focus)).toContain('dangerous');
    await page.keyboard.press('Escape');
    await asks.waitFor({ state: 'detached' });
    expect(await grantsOf('writer')).toEqual([]);
    await page.getByRole('grid').focus();
    await page.keyboard.press('1');
    await expect.poll(() => grantsOf('writer')).toEqual(['allow read instance']);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'writer on apps', exact: true }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('gives dangerous tools once that is confirmed', async () => {
    await using page = await openConsole(file.plugboard, { path: '/matrix' });
    await cell(page, 'writer', 'apps').click();
    await page.getByRole('menuitemcheckbox', { name: /admin/ }).click();
    await page.getByRole('button', { name: 'Give them' }).click();
    await expect.poll(() => grantsOf('writer')).toEqual(['allow admin instance']);
  });

  it('sets many cells at once', async () => {
    await using page = await openConsole(file.plugboard, { path: '/matrix' });
    await page.getByRole('grid').focus();
    await page.keyboard.press('Control+a');
    const bar = page.getByRole('toolbar', { name: 'Chosen cells' });
    await bar.getByRole('button', { name: 'forbid' }).click();
    await expect.poll(() => grantsOf('coder')).toContain('deny read instance');
    const denied = (await grantsOf('coder')).filter((each) => each === 'deny read instance');
    expect(denied).toHaveLength(2);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => grantsOf('coder')).toEqual(['allow read toolbox']);
  });

  it('allows one tool alone, and tells why of each', async () => {
    const path = '/matrix?agent=coder&instance=apps';
    await using page = await openConsole(file.plugboard, { path });
    const sheet = page.getByRole('dialog', { name: /coder on apps/ });
    const rule = sheet.getByRole('group', { name: 'Rule for add' });
    await sheet
      .getByText(/needs write|write/)
      .first()
      .waitFor();
    await rule.getByRole('button', { name: 'Allow' }).click();
    await expect.poll(() => grantsOf('coder')).toContain('allow write offering');
    await checkPage(page, 'matrix-tools');
  });

  it('shows who changed what, with a way back', async () => {
    await using page = await openConsole(file.plugboard, { path: '/matrix?show=log' });
    const first = page
      .getByRole('list', { name: 'Changes of grants' })
      .getByRole('listitem')
      .first();
    await first.getByText(/by/).waitFor();
    expect(await first.textContent()).toMatch(/Granted.*apps add.*coder/);
    await first.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => grantsOf('coder')).toEqual(['allow read toolbox']);
    await checkPage(page, 'matrix-log');
  });

  it('is set on a phone, an agent at a time', async () => {
    await using page = await openConsole(file.plugboard, {
      path: '/matrix?agent=coder',
      viewport: 'phone',
    });
    await page.getByRole('combobox', { name: 'ten', exact: true }).click();
    await page.getByRole('option', { name: /^write/ }).click();
    await expect.poll(() => grantsOf('coder')).toContain('allow write instance');
  });

  describe('with 200 agents and 1,000 instances', () => {
    let page: Page | undefined;
    beforeAll(async () => {
      page = await openConsole(file.plugboard);
      const matrix = await file.plugboard.api.access.matrix();
      const { agents, instances } = matrix;
      const numbered = (id: string, number: number) => id.replace(/.{4}$/, String(1000 + number));
      const json = {
        ...matrix,
        agents: Array.from({ length: 200 }, (_, row) => ({
          ...agents[0]!,
          id: numbered(agents[0]!.id, row),
          slug: `agent-${row}`,
          name: `Agent ${row}`,
        })),
        instances: Array.from({ length: 1000 }, (_, column) => ({
          ...instances[0]!,
          id: numbered(instances[0]!.id, column),
          slug: `server-${column}`,
        })),
      };
      await page.route('**/api/v1/access/matrix', (route) => route.fulfill({ json }));
      await page.goto('/matrix');
    });
    afterAll(() => page?.close());

    it('draws what is in sight alone, wherever one goes', async () => {
      const grid = page!.getByRole('grid');
      await grid.focus();
      await page!.keyboard.press('Control+End');
      await cell(page!, 'agent-199', 'server-999').waitFor();
      expect(await page!.getByRole('gridcell').count()).toBeLessThan(900);
      expect(await grid.getAttribute('aria-rowcount')).toBe('201');
      await page!.keyboard.press('Control+Home');
      await page!.getByRole('rowheader', { name: /^Agent 0/ }).waitFor();
    });
  });
});
