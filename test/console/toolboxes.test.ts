import { describe, expect, it } from 'vitest';

import { checkPage, hasBrowser, openConsole } from '../harness/console.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import { installServers } from './installed-servers.ts';

describe.skipIf(!hasBrowser)('toolboxes in the console', () => {
  const fixture = plugboardForFile({}, installServers);
  const open = (viewport: 'desktop' | 'phone' = 'desktop') =>
    openConsole(fixture.plugboard, { path: '/toolboxes', viewport });

  it('shows what is in each, who may use it, and where', async () => {
    await using page = await open();
    const starter = page.getByRole('article', { name: 'starter' });
    await starter.getByRole('link', { name: '3 instances' }).waitFor();
    await starter.getByRole('link', { name: '1 failing' }).waitFor();
    await starter.getByRole('link', { name: 'claude-code' }).waitFor();
    await starter.getByRole('button', { name: 'Copy the endpoint of starter' }).click();
    const copied = await page.evaluate('navigator.clipboard.readText()');
    expect(copied).toBe(`${fixture.plugboard.mcpUrl}/starter`);
    await checkPage(page, 'toolboxes-some');
    await starter.getByRole('link', { name: '3 instances' }).click();
    await page.waitForURL(/\/instances\?toolbox=starter/);
  });

  it('makes one, changes it with a way back, and deletes it while it is empty', async () => {
    const { api } = fixture.plugboard;
    await using page = await open('phone');
    await page.getByRole('button', { name: 'New toolbox' }).click();
    const dialog = page.getByRole('dialog', { name: 'New toolbox' });
    await dialog.getByLabel('Name in URLs').fill('Not A Slug');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel('Name in URLs').fill('research');
    await dialog.getByLabel('Name in URLs').press('Enter');
    await page.getByText('Made the toolbox research').waitFor();
    const card = page.getByRole('article', { name: 'research' });
    await card.getByText('Nothing is installed here.').waitFor();
    // The name that was refused.
    await checkPage(page, 'toolboxes-some', { expected: [/status of 400/] });

    await card.getByRole('button', { name: 'Actions of research' }).click();
    await page.getByRole('menuitem', { name: 'Change…' }).click();
    const change = page.getByRole('dialog', { name: 'Change research' });
    await change.getByRole('combobox', { name: 'Environment' }).click();
    await page.getByRole('option', { name: /^prod/ }).click();
    await change.getByRole('button', { name: 'Save' }).click();
    await card.getByText('prod').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await card.getByText('dev').waitFor();

    await card.getByRole('button', { name: 'Actions of research' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Deleted research').waitFor();
    await expect.poll(() => card.count()).toBe(0);
    const { toolboxes } = await api.toolboxes.list();
    expect(toolboxes.map(({ slug }) => slug)).not.toContain('research');
  });

  it('offers no way to delete one that is in use', async () => {
    await using page = await open();
    await page.getByRole('button', { name: 'Actions of payments' }).click();
    const entry = page.getByRole('menuitem', { name: /remove its instances first/ });
    expect(await entry.getAttribute('aria-disabled')).toBe('true');
  });
});
