import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { checkPage, hasBrowser, openConsole } from '../harness/console.ts';
import { eventually } from '../harness/eventually.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import { installServers } from './installed-servers.ts';

describe.skipIf(!hasBrowser)('one instance in the console', () => {
  const fixture = plugboardForFile({}, installServers);
  const open = (path: string, viewport: 'desktop' | 'phone' = 'desktop') =>
    openConsole(fixture.plugboard, { path: `/instances/${path}`, viewport });
  it('says how it is, what it offers and where it is reached', async () => {
    await using page = await open('weather');
    await page.getByRole('heading', { level: 1, name: 'weather' }).waitFor();
    await page.getByRole('link', { name: '3 Tools' }).waitFor();
    await page.getByText(`${fixture.plugboard.mcpUrl}/starter/weather`).waitFor();
    await page.getByText('Token of the weather service').waitFor();
    await checkPage(page, 'instance-overview');
    await page.getByRole('button', { name: 'Test' }).click();
    await page.getByRole('dialog').getByText('It answers').waitFor();
    await checkPage(page, 'instance-test');
  });

  it('says what is wrong with one that fails, and of one that is not there', async () => {
    await using page = await open('broken', 'phone');
    await page
      .getByRole('alert')
      .getByText(/did not start/)
      .waitFor();
    await page.getByRole('link', { name: 'See its logs' }).click();
    await page.getByText('ERROR the data is of another version').first().waitFor();
    await checkPage(page, 'instance-failing');
    await page.goto('/instances/never-was');
    await page.getByText('This instance could not be loaded').waitFor();
  });

  it('tells of a tool and who may use it, and sets its level by keys alone', async () => {
    const { api } = fixture.plugboard;
    await using page = await open('notes?tab=tools');
    await page.getByRole('button', { name: 'find', exact: true }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'find' });
    await dialog.getByText('What to look for', { exact: true }).waitFor();
    const reports = dialog.getByRole('listitem').filter({ hasText: 'reports' });
    await reports.getByLabel('may use it').waitFor();
    await checkPage(page, 'instance-tool');
    await raise(dialog);
    await reports.getByLabel('may not use it').waitFor();
    expect(await levelOf('find')).toMatchObject({ level: 'write', overridden: true });
    await dialog.getByRole('button', { name: /^Back to read/ }).press('Enter');
    await reports.getByLabel('may use it').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => dialog.count()).toBe(0);

    await raise(page.getByRole('table'));
    await page.getByRole('button', { name: 'Undo' }).first().click();
    await eventually('it is as before', async () => !(await levelOf('find'))?.overridden);

    async function raise(within: Locator): Promise<void> {
      await within.getByRole('combobox', { name: 'Level of find' }).focus();
      await page.keyboard.press('Enter');
      const options = page.getByRole('option');
      await expect.poll(() => options.nth(0).getAttribute('data-highlighted')).not.toBeNull();
      await page.keyboard.press('ArrowDown');
      await expect.poll(() => options.nth(1).getAttribute('data-highlighted')).not.toBeNull();
      await page.keyboard.press('Enter');
      await page.getByText('find needs write').first().waitFor();
    }
    async function levelOf(name: string) {
      const { offerings } = await api.offerings.list({ instance: 'notes' });
      return offerings.find((each) => each.name === name);
    }
  });

  it('follows the log, and leaves what is hostile in it inert', async () => {
    await using page = await open('notes?tab=logs');
    const log = page.getByRole('log', { name: 'Log of notes' });
    await log.getByText('<img src=x onerror=alert(1)> <U+202E>txt.exe red').first().waitFor();
    expect(await log.locator('img').count()).toBe(0);
    await page.getByRole('combobox', { name: 'Level' }).click();
    await page.getByRole('option', { name: 'Warnings and worse' }).click();
    await expect.poll(() => log.getByText('INFO starting').count()).toBe(0);
    await log.getByText('WARN the index is old').first().waitFor();
    await page.getByRole('combobox', { name: 'Level' }).click();
    await page.getByRole('option', { name: 'Every line' }).click();
    await page.getByRole('searchbox', { name: 'Search the log' }).fill('starting version');
    await expect.poll(() => log.getByText('WARN the index').count()).toBe(0);
    const lines = log.getByText('INFO starting version');
    const before = await lines.count();

    await page.getByRole('button', { name: 'Pause' }).click();
    await fixture.plugboard.api.instances.restart({ instance: 'notes' });
    await page.getByText(/Paused, \d+ lines? waiting/).waitFor();
    expect(await lines.count()).toBe(before);
    await page.getByRole('button', { name: 'Go on' }).click();
    await expect.poll(() => lines.count()).toBe(before + 1);
    await page.getByRole('button', { name: 'Wrap' }).click();
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download these lines' }).click();
    expect((await saving).suggestedFilename()).toBe('notes.log');
    await checkPage(page, 'instance-log');
  });

  it('changes the configuration: planned, tested, saved, and taken back', async () => {
    const { api } = fixture.plugboard;
    await using page = await open('weather?tab=configuration');
    await page.getByLabel('NAME').fill('sunny');
    await page.getByRole('button', { name: 'Review changes' }).click();
    const review = page.getByRole('dialog', { name: 'Review changes' });
    await review.getByRole('listitem').filter({ hasText: 'values.NAME' }).waitFor();
    await review.getByRole('button', { name: 'Test first' }).click();
    await review.getByText('It starts, and offers 3 tools').waitFor();
    await checkPage(page, 'instance-review');
    await review.getByLabel('Note').fill('it has a name');
    await review.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved as revision 2').waitFor();
    const force = page.getByRole('listitem').filter({ hasText: 'values.NAME' });
    await force.getByText('own').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('weather is what it was at revision 1').waitFor();
    const { entries } = await api.configuration.get({ instance: 'weather' });
    expect(entries.map(({ path }) => path)).not.toContain('values.NAME');
  });

  it('shows that it goes back when it does not start with a change', async () => {
    await using page = await open('ledger?tab=configuration');
    const refuse = page.getByRole('group', { name: 'REFUSE' });
    await refuse.getByRole('button', { name: 'Yes' }).click();
    await page.getByRole('button', { name: 'Review changes' }).click();
    const review = page.getByRole('dialog', { name: 'Review changes' });
    await review.getByRole('button', { name: 'Save' }).click();
    await review.getByRole('alert').waitFor();
    const { entries } = await fixture.plugboard.api.configuration.get({ instance: 'ledger' });
    expect(entries.map(({ path }) => path)).not.toContain('values.REFUSE');
  });

  it('goes back to a revision, after showing the difference', async () => {
    const { api } = fixture.plugboard;
    const change = { instance: 'ledger', settings: { values: { NAME: 'other' } } };
    for await (const _ of await api.configuration.configure(change));
    await using page = await open('ledger?tab=history', 'phone');
    const revisions = page.getByRole('list', { name: 'Revisions' });
    await revisions.getByText('Configured').first().waitFor();
    await page
      .getByRole('button', { name: /^Changes of revision/ })
      .first()
      .click();
    await page.getByRole('list', { name: 'Changed settings' }).getByText('other').first().waitFor();
    await checkPage(page, 'instance-revisions');
    await page.getByRole('button', { name: 'Go back to revision 1' }).click();
    const dialog = page.getByRole('dialog', { name: 'Go back to revision 1?' });
    await dialog.getByText('values.NAME').waitFor();
    await dialog.getByRole('button', { name: 'Go back' }).click();
    await page.getByText('ledger is what it was at revision 1').waitFor();
    await revisions.getByText('Rolled back').waitFor();
    const { entries } = await api.configuration.get({ instance: 'ledger' });
    expect(entries).toContainEqual(
      expect.objectContaining({ path: 'values.NAME', value: 'ledger' }),
    );
  });

  it('compares a version, what breaks first, and updates only when that is agreed to', async () => {
    await using page = await open('notes?tab=updates&to=2.0.0');
    await page.getByRole('button', { name: 'Compare' }).click();
    const changes = page.getByRole('list', { name: 'What changes' });
    await changes.getByRole('listitem').first().getByText('breaking').waitFor();
    await page.getByText('loses').first().waitFor();
    const update = page.getByRole('button', { name: 'Update to 2.0.0' });
    expect(await update.isDisabled()).toBe(true);
    await checkPage(page, 'instance-update');
    await page.getByText('Update although it breaks what agents use').click();
    expect(await update.isDisabled()).toBe(false);
  });

  it('updates, says so, and can be taken back', async () => {
    const { api } = fixture.plugboard;
    await using page = await open('notes?tab=updates&to=1.1.0');
    await page.getByText('gives links to notes').waitFor();
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText('What agents use goes on working.').waitFor();
    await page.getByRole('button', { name: 'Update to 1.1.0' }).click();
    await page.getByText('notes is 1.1.0 now').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText(/notes is what it was at revision/).waitFor();
    expect((await api.instances.get({ instance: 'notes' })).version).toBe('1.0.0');
  });

  it('says why a version cannot be updated to, and leaves what runs', async () => {
    await using page = await open('notes?tab=updates&to=1.2.0');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page
      .getByRole('alert')
      .getByText(/did not start|start/)
      .waitFor();
    const { version } = await fixture.plugboard.api.instances.get({ instance: 'notes' });
    expect(version).toBe('1.0.0');
  });

  it('gives a changed server an account again only when who lent it confirms', async () => {
    const { api } = fixture.plugboard;
    await api.credentials.create({
      name: 'mine',
      kind: 'api_key',
      owner: { kind: 'agent', agent: 'claude-code' },
      fields: { key: 'right-token-0123456789' },
    });
    await api.credentials.bindings.setAccount({ instance: 'weather', account: 'agent' });
    await api.credentials.bindings.put({ instance: 'weather', slot: 'TOKEN', credential: 'mine' });
    const change = { instance: 'weather', settings: { env: { OTHER: 'place' } } };
    for await (const _ of await api.configuration.configure(change));
    await using page = await open('weather');
    await page.getByText(/It is given nothing until you confirm/).waitFor();
    await page
      .getByText(/variables/)
      .first()
      .waitFor();
    await checkPage(page, 'instance-unconfirmed');
    await page.getByRole('button', { name: 'Look and confirm' }).click();
    const dialog = page.getByRole('dialog', { name: /Lend weather/ });
    await dialog.getByRole('button', { name: 'Lend it again' }).click();
    await page.getByText(/weather has the account of claude-code again/).waitFor();
    await eventually('nothing waits', async () => {
      const { slots } = await api.credentials.bindings.list({ instance: 'weather' });
      const [binding] = slots.flatMap(({ bindings }) => bindings);
      return binding !== undefined && binding.changes === undefined;
    });
  });
});
