import { readFile } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checkPage, hasBrowser, openConsole } from '../harness/console.ts';
import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';
import { packageOf, startRegistry } from '../registry/registry.ts';

describe.skipIf(!hasBrowser)('the audit log in the console', () => {
  const stack = new AsyncDisposableStack();
  let plugboard: Plugboard;

  beforeAll(async () => {
    const registry = stack.use(await startRegistry());
    plugboard = stack.use(await startPlugboard({ registry: registry.url }));
    await plugboard.add({ server: packageOf('echo'), slug: 'echo' });
    await plugboard.agent('claude-code', { starter: 'admin' });
    await plugboard.agent('stranger');
    await call('claude-code');
    await call('stranger').catch(() => undefined);
    // More than a page of the list.
    for (let turn = 0; turn < 130; turn += 1) {
      const labels = [`turn-${turn}`];
      if (turn > 0) {
        await plugboard.api.credentials.change({ credential: 'changed often', labels });
      } else {
        await plugboard.api.credentials.create({
          name: 'changed often',
          kind: 'basic',
          owner: { kind: 'organization' },
          fields: { username: 'ada', password: 'Long-enough-passphrase-81' },
        });
      }
    }
    await call('claude-code');
  }, 300_000);
  afterAll(() => stack.disposeAsync());

  const call = (agent: string) =>
    plugboard.api.calls.create({ agent, instance: 'echo', name: 'echo', arguments: {} });
  const open = async (path: string, options: Parameters<typeof openConsole>[1] = {}) => {
    const page = await openConsole(plugboard, { path, ...options });
    await page.locator('h1').waitFor();
    return page;
  };

  it.each(['desktop', 'phone'] as const)(
    'lists records, light and dark, on a %s',
    async (viewport) => {
      for (const theme of ['light', 'dark'] as const) {
        await using page = await open('/audit', { viewport, theme });
        await page
          .getByRole('link', { name: /^Record \d+$/ })
          .first()
          .waitFor();
        await checkPage(page, 'audit');
      }
    },
  );

  it('goes on to the first record as one scrolls, drawing few of them', async () => {
    await using page = await open('/audit');
    await page
      .getByRole('link', { name: /^Record \d+$/ })
      .first()
      .waitFor();
    const first = page.getByRole('link', { name: 'Record 1', exact: true });
    await expect
      .poll(async () => {
        await page.evaluate('scrollTo(0, document.body.scrollHeight)');
        return first.count();
      })
      .toBe(1);
    await page.getByText('This is where it begins.').waitFor();
    expect(await page.getByRole('row').count()).toBeLessThan(80);
  });

  it('narrows by the URL and by what is chosen, and by exact moments', async () => {
    await using page = await open('/audit?outcome=refused');
    await page.getByText('Call refused').first().waitFor();
    expect(await page.getByText('Call answered').count()).toBe(0);
    await page.getByRole('combobox', { name: 'Kind' }).click();
    await page.getByRole('option', { name: 'Grants' }).click();
    await page.waitForURL(/kind=grant/);
    await page.getByText('No record fits these filters').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByRole('searchbox', { name: 'Search the log' }).fill('turn-77');
    await page.waitForURL(/q=turn-77/);
    await expect.poll(() => page.getByRole('link', { name: /^Record \d+$/ }).count()).toBe(1);
    await page.goto('/audit?until=2001-01-01T00:00:00Z&since=%3Cscript%3E');
    await page.getByText('No record fits these filters').waitFor();
  });

  it('says how many records came meanwhile, and shows them when asked', async () => {
    await using page = await open('/audit?kind=call.outcome');
    const records = page.getByRole('link', { name: /^Record \d+$/ });
    await records.first().waitFor();
    const before = await records.count();
    await call('claude-code');
    await call('claude-code');
    const fresh = page.getByRole('button', { name: '2 new' });
    await fresh.waitFor();
    expect(await records.count()).toBe(before);
    await fresh.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => records.count()).toBe(before + 2);
  });

  it('shows a record in words and as it is, with its call’s other half and the chain', async () => {
    const { entries } = await plugboard.api.audit.list({ kind: 'call.outcome', outcome: 'ok' });
    const seq = entries[0]?.seq ?? 0;
    for (const viewport of ['desktop', 'phone'] as const) {
      await using page = await open(`/audit/${seq}`, { viewport });
      await page.getByText('Its place in the chain').waitFor();
      await page.getByRole('link', { name: 'claude-code' }).first().waitFor();
      await page.getByLabel('the record', { exact: true }).getByText('"call.outcome"').waitFor();
      await checkPage(page, 'audit-record');
    }
    await using page = await open('/audit/1');
    await page.getByText('Where the chain begins').waitFor();
    await page.goto('/audit/999999');
    await page.getByRole('alert').waitFor();
    await page.goto('/audit/no-number');
    await page.getByText('No such record').waitFor();
  });

  it('saves an export with a range as NDJSON', async () => {
    await using page = await open('/audit');
    await page.getByRole('button', { name: 'Export' }).click();
    const dialog = page.getByRole('dialog', { name: 'Export the log' });
    await dialog.getByLabel('From record').fill('0');
    await dialog.getByText('whole numbers from 1 on').waitFor();
    expect(await dialog.getByRole('button', { name: 'Export' }).isDisabled()).toBe(true);
    await dialog.getByLabel('From record').fill('3');
    await dialog.getByLabel('To record').fill('7');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Export' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^plugboard-audit-.*\.ndjson$/);
    const text = await readFile(await download.path(), 'utf8');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines[0]).toMatchObject({ format: 'plugboard-audit' });
    expect(lines.slice(1)).toMatchObject([3, 4, 5, 6, 7].map((seq) => ({ seq })));
  });

  it('verifies the chain in words, and finds what was changed', async () => {
    {
      await using page = await open('/audit');
      await page.getByRole('button', { name: 'Verify' }).click();
      await page.getByText('The log is whole').waitFor();
      await checkPage(page, 'audit-verify');
    }
    await plugboard.database.tamper(
      plugboard.dataDir,
      'alter table audit_records disable trigger all',
      'alter table audit_records no force row level security',
      `update audit_records set record = replace(record, 'turn-50', 'turn-51') where record like '%turn-50%'`,
      'alter table audit_records force row level security',
      'alter table audit_records enable trigger all',
    );
    await using page = await open('/audit');
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByText('The log is not what was written').waitFor();
    await page.getByText(/this record, or the one before it, was changed/).waitFor();
  });

  it('tells a member why the log is not open to them', async () => {
    await plugboard.database.tamper(
      plugboard.dataDir,
      'alter table members no force row level security',
      `update members set role = 'member' where role = 'owner'`,
      'alter table members force row level security',
    );
    await using page = await openConsole(plugboard, { path: '/' });
    for (const path of ['/audit', '/audit/1']) {
      await page.goto(path);
      await page.getByText('The audit log is not open to you').waitFor();
    }
  });
});
