import { describe, expect, it } from 'vitest';

import { checkPage, hasBrowser, openConsole } from '../harness/console.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import { installServers } from './installed-servers.ts';

describe.skipIf(!hasBrowser)('instances in the console', () => {
  const fixture = plugboardForFile({}, installServers);
  const list = (path = '/instances', viewport: 'desktop' | 'phone' = 'desktop') =>
    openConsole(fixture.plugboard, { path, viewport });

  it('lists each with its state and why it fails', async () => {
    await using page = await list();
    const table = page.getByRole('table', { name: 'Instances' });
    const broken = table.getByRole('row').filter({ hasText: 'broken' });
    await broken.getByText('failing').waitFor();
    await broken.getByText(/did not start/).waitFor();
    await table.getByRole('row').filter({ hasText: 'notes' }).getByText('1.0.0').waitFor();
    await checkPage(page, 'instances-some');
  });

  it('keeps what is listed in the URL', async () => {
    await using page = await list();
    const rows = page.getByRole('table', { name: 'Instances' }).getByRole('row');
    await page.getByRole('searchbox', { name: 'Search instances' }).fill('weather starter');
    await page.waitForURL(/q=weather/);
    await expect.poll(() => rows.count()).toBe(2);
    await page.reload();
    await expect.poll(() => rows.count()).toBe(2);
    await page.getByRole('searchbox', { name: 'Search instances' }).fill('no such thing');
    await page.getByText('No instance is like that').waitFor();
    await page.getByRole('button', { name: 'Show all 4' }).click();
    await expect.poll(() => rows.count()).toBe(5);
    await page.getByRole('button', { name: /^failing/i }).click();
    await page.waitForURL(/state=failing/);
    await expect.poll(() => rows.count()).toBe(2);
    await page.goBack();
    await page.goto('/instances?toolbox=payments');
    await expect.poll(() => rows.count()).toBe(2);
  });

  it('sorts by what a column says', async () => {
    await using page = await list('/instances?sort=state');
    const first = page.getByRole('table').getByRole('row').nth(1);
    await first.getByRole('link', { name: 'broken' }).waitFor();
    await page.getByRole('button', { name: 'Instance', exact: true }).click();
    await page.getByRole('button', { name: 'Instance', exact: true }).click();
    await page.waitForURL(/descending=true/);
    await first.getByRole('link', { name: 'weather' }).waitFor();
  });

  it('stops one by keys alone, and takes it back', async () => {
    await using page = await list('/instances?q=weather+starter');
    await page.getByRole('button', { name: 'Actions of weather' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Restart' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await expect
      .poll(() => page.getByRole('menuitem', { name: 'Stop' }).getAttribute('data-highlighted'))
      .not.toBeNull();
    await page.keyboard.press('Enter');
    await page.getByText('Stopped weather').waitFor();
    expect((await state('weather')).stoppedAt).toBeDefined();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Started weather').waitFor();
    expect((await state('weather')).stoppedAt).toBeUndefined();
  });

  it('does to many at once what is chosen, and only to those in sight', async () => {
    await using page = await list();
    await page.getByRole('checkbox', { name: 'Choose all' }).click();
    const bar = page.getByRole('region', { name: 'Chosen instances' });
    await bar.getByText('4 instances chosen').waitFor();
    await page.getByRole('searchbox', { name: 'Search instances' }).fill('weather');
    await bar.getByText('2 instances chosen').waitFor();
    await checkPage(page, 'instances-chosen');
    await bar.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped 2 instances').waitFor();
    expect((await state('ledger')).name).toBe('stopped');
    expect((await state('notes')).name).not.toBe('stopped');
    await bar.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('Started 2 instances').waitFor();
    expect((await state('ledger')).stoppedAt).toBeUndefined();
  });

  it('removes one only when its name was typed', async () => {
    const { api } = fixture.plugboard;
    await fixture.plugboard.add({ server: 'com.example/weather', slug: 'short-lived' });
    await using page = await list('/instances?q=short-lived', 'phone');
    await page.getByRole('listitem').filter({ hasText: 'short-lived' }).waitFor();
    await checkPage(page, 'instances-some');
    await page.getByRole('button', { name: 'Actions of short-lived' }).click();
    await page.getByRole('menuitem', { name: 'Remove…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Remove short-lived?' });
    const remove = dialog.getByRole('button', { name: 'Remove' });
    expect(await remove.isDisabled()).toBe(true);
    await dialog.getByLabel('Type short-lived to go on').fill('short');
    expect(await remove.isDisabled()).toBe(true);
    await dialog.getByLabel('Type short-lived to go on').fill('short-lived');
    await remove.click();
    await page.getByText('Removed short-lived').waitFor();
    await page.getByText('No instance is like that').waitFor();
    await expect(api.instances.get({ instance: 'short-lived' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('shows what another did, without a reload', async () => {
    await using page = await list('/instances?q=ledger');
    const row = page.getByRole('table').getByRole('row').filter({ hasText: 'ledger' });
    await row.getByText('ready').waitFor();
    await fixture.plugboard.api.instances.stop({ instance: 'ledger' });
    await row.getByText('stopped').waitFor();
    await fixture.plugboard.api.instances.start({ instance: 'ledger' });
    await row.getByText('ready').waitFor();
  });

  it('updates what is chosen, and says what of it failed', async () => {
    const { api } = fixture.plugboard;
    await api.versions.updates({ fresh: true });
    await using page = await list('/instances?updates=true');
    await page.getByRole('checkbox', { name: 'Choose notes' }).click();
    const bar = page.getByRole('region', { name: 'Chosen instances' });
    await bar.getByRole('button', { name: 'Update' }).click();
    const dialog = page.getByRole('dialog', { name: 'Update 1 instance?' });
    await dialog.getByRole('button', { name: 'Update' }).click();
    // 1.2.0 promises to be compatible, and does not start.
    await dialog.getByLabel('failed').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).first().click();
    expect((await api.instances.get({ instance: 'notes' })).version).toBe('1.0.0');
  });

  async function state(instance: string) {
    return (await fixture.plugboard.api.instances.get({ instance })).state;
  }
});
