import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checkPage, hasBrowser, openConsole } from '../harness/console.ts';
import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';
import { packageOf, startRegistry } from '../registry/registry.ts';

const token = (mark: string) => `github_pat_${mark}${'A1b2_'.repeat(14)}`;

describe.skipIf(!hasBrowser)('credentials in the console', () => {
  const stack = new AsyncDisposableStack();
  let plugboard: Plugboard;

  beforeAll(async () => {
    const registry = stack.use(await startRegistry());
    plugboard = stack.use(await startPlugboard({ registry: registry.url }));
    const { api } = plugboard;
    const owner = { kind: 'organization' } as const;
    await api.credentials.create({
      name: 'github-readonly',
      kind: 'api_key',
      provider: 'github',
      owner,
      fields: { key: token('one') },
      labels: ['prod', 'team:platform'],
    });
    await api.credentials.create({
      name: 'orders database',
      kind: 'database',
      owner,
      fields: { dsn: 'postgres://reader:Long-enough-passphrase-77@db.example.com/orders' },
      expiresAt: new Date(Date.now() + 6 * 86_400_000).toISOString(),
      labels: ['prod'],
    });
    await api.credentials.create({
      name: 'my own tracker',
      kind: 'basic',
      owner: { kind: 'member' },
      fields: { username: 'ada', password: 'Long-enough-passphrase-78' },
    });
    await api.credentials.create({
      name: '<img src=x onerror=alert(1)>\u202Egnp',
      kind: 'custom',
      owner,
      fields: { region: 'eu', secret_key: 'Long-enough-passphrase-79' },
    });
    await plugboard.add({ server: packageOf('echo'), slug: 'echo' });
    await api.credentials.bindings.put({
      instance: 'echo',
      slot: 'GITHUB_TOKEN',
      credential: 'github-readonly',
    });
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
        await using page = await open('/credentials', { viewport, theme });
        await page.getByRole('link', { name: 'github-readonly' }).waitFor();
        await page.getByText(/expires in \d days/).waitFor();
        await checkPage(page, 'credentials');
      }
    },
  );

  it('narrows the list by what the URL says, and says so in the URL', async () => {
    await using page = await open('/credentials?kind=database');
    await page.getByRole('link', { name: 'orders database' }).waitFor();
    expect(await rowsOf(page)).toBe(1);
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByRole('link', { name: 'github-readonly' }).waitFor();
    await page.getByRole('button', { name: 'Expiring soon' }).click();
    await page.waitForURL(/expiring=14/);
    await expect.poll(() => rowsOf(page)).toBe(1);
    await page.goto('/credentials?q=nothing%20is%20called%20so');
    await page.getByText('No credential fits these filters').waitFor();
  });

  it('shows names that others chose as text, with what would not be seen', async () => {
    await using page = await open('/credentials');
    await page.getByText('<img src=x onerror=alert(1)><U+202E>gnp').waitFor();
    expect(await page.locator('main img').count()).toBe(0);
  });

  it('seals a key by keyboard alone, and keeps nothing of it', async () => {
    const secret = token('typed');
    await using page = await open('/credentials');
    await page.getByRole('button', { name: 'New credential' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'New credential' });
    await dialog.waitFor();
    await dialog.getByLabel('Name', { exact: false }).first().focus();
    await page.keyboard.type('typed by keys');
    await dialog
      .getByRole('textbox', { name: /^Key/ })
      .or(dialog.getByLabel(/^Key/))
      .first()
      .focus();
    await page.keyboard.type(secret);
    await expect
      .poll(() => dialog.getByRole('combobox', { name: 'Service' }).inputValue())
      .toBe('github');
    await dialog.getByText('Keys of GitHub begin with').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'typed by keys' }).waitFor();
    await dialog.waitFor({ state: 'hidden' });
    const kept = await page.evaluate<string>(`JSON.stringify([
      document.documentElement.outerHTML,
      [...document.querySelectorAll('input, textarea')].map((input) => input.value),
      Object.entries(localStorage), Object.entries(sessionStorage), location.href])`);
    expect(kept).not.toContain(secret);
    const { credentials } = await plugboard.api.credentials.list({ q: 'typed by keys' });
    expect(credentials[0]).toMatchObject({ kind: 'api_key', provider: 'github' });
  });

  it('says beside each field what the server refuses, and takes a corrected one', async () => {
    await using page = await open('/credentials?new=true');
    const dialog = page.getByRole('dialog', { name: 'New credential' });
    await dialog.getByRole('radio', { name: /Database/ }).click();
    await dialog.getByLabel(/^Name/).fill('shop by parts');
    await dialog.getByLabel(/^Host/).fill('https://db.example.com');
    await dialog.getByRole('button', { name: 'Seal it' }).click();
    await dialog
      .getByText(/must be a host name or an address/)
      .first()
      .waitFor();
    const host = dialog.getByLabel(/^Host/);
    await expect.poll(() => host.getAttribute('aria-invalid')).toBe('true');
    await checkPage(page, 'credentials-new', { expected: [/status of 400/] });
    await dialog.getByLabel(/^Host/).fill('db.example.com');
    await dialog.getByLabel(/^User name/).fill('shop');
    await dialog.getByLabel('Password', { exact: false }).first().fill('password1');
    await dialog.getByRole('button', { name: 'Seal it' }).click();
    await page.getByText('Worth knowing').waitFor();
    const { credentials } = await plugboard.api.credentials.list({ q: 'shop by parts' });
    expect(credentials[0]?.facts).toMatchObject({ engine: 'postgres', host: 'db.example.com' });
  });

  it('takes a key file that is chosen, and refuses one that is none', async () => {
    await using page = await open('/credentials?new=true');
    const dialog = page.getByRole('dialog', { name: 'New credential' });
    await dialog.getByRole('radio', { name: /Service account/ }).click();
    await dialog.getByLabel(/^Name/).fill('cloud robot');
    const choose = (content: string) =>
      dialog.locator('input[type=file]').setInputFiles({
        name: 'key.json',
        mimeType: 'application/json',
        buffer: Buffer.from(content),
      });
    await choose('x'.repeat(70_000));
    await dialog.getByText('is larger than 64 KB').waitFor();
    await choose('no JSON');
    await dialog.getByText('key.json is taken').waitFor();
    await dialog.getByRole('button', { name: 'Seal it' }).click();
    await dialog
      .getByText(/is no JSON/)
      .first()
      .waitFor();
    await choose('{"clientId":"robot","clientSecret":"Long-enough-passphrase-80"}');
    await dialog.getByRole('button', { name: 'Seal it' }).click();
    await page.getByRole('link', { name: 'cloud robot' }).waitFor();
  });

  it('labels several at once, and takes it back', async () => {
    await using page = await open('/credentials?q=o');
    await page.getByRole('checkbox', { name: 'Choose github-readonly' }).click();
    await page.getByRole('checkbox', { name: 'Choose orders database' }).click();
    await page.getByRole('button', { name: 'Label', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Label 2 credentials' });
    await dialog.getByLabel('Add').fill('prod, reviewed');
    await dialog.getByRole('button', { name: 'Set labels' }).click();
    const labelled = async () =>
      (await plugboard.api.credentials.list({ label: 'reviewed' })).credentials.length;
    await expect.poll(labelled).toBe(2);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(labelled).toBe(0);
    // What they had before stays.
    const { credentials } = await plugboard.api.credentials.list({ label: 'prod' });
    expect(credentials).toHaveLength(2);
  });

  it('shows one with its uses and versions, replaces it and goes back', async () => {
    const { id } = await credential('github-readonly');
    await using page = await open(`/credentials/${id}`);
    await page.getByText('GITHUB_TOKEN').waitFor();
    await checkPage(page, 'credential');
    await page.getByRole('button', { name: 'Replace' }).click();
    const dialog = page.getByRole('dialog', { name: /Replace/ });
    await dialog.getByText('It fills 1 slot').waitFor();
    await dialog.getByLabel(/^Key/).first().fill(token('two'));
    await dialog.getByLabel('Note').fill('rotated');
    await dialog.getByRole('button', { name: 'Replace' }).click();
    await page.getByText('rotated').waitFor();
    expect((await credential('github-readonly')).version).toBe(2);
    await page.getByRole('button', { name: 'Go back to version 1' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Go back' }).click();
    await expect.poll(async () => (await credential('github-readonly')).version).toBe(3);
    await page.getByRole('button', { name: 'Test now' }).click();
    await expect.poll(async () => (await credential('github-readonly')).test).toBeDefined();
  });

  it('destroys one that fills slots only by its name and when that was said', async () => {
    const { id } = await credential('github-readonly');
    await using page = await open(`/credentials/${id}`, { viewport: 'phone' });
    await page.getByRole('button', { name: 'Destroy' }).click();
    const dialog = page.getByRole('dialog', { name: 'Destroy github-readonly?' });
    await dialog.getByText('It fills 1 slot').waitFor();
    await checkPage(page, 'credential-destroy');
    const destroy = dialog.getByRole('button', { name: 'Destroy' });
    expect(await destroy.isDisabled()).toBe(true);
    await dialog.getByLabel('Type github-readonly to go on').fill('github-readonly');
    await destroy.click();
    await dialog.getByRole('alert').waitFor();
    expect((await credential('github-readonly')).id).toBe(id);
    await dialog.getByRole('checkbox', { name: /Empty these slots/ }).click();
    await destroy.click();
    await page.waitForURL(/\/credentials$/);
    const { credentials } = await plugboard.api.credentials.list({ q: 'github-readonly' });
    expect(credentials).toEqual([]);
  });

  async function credential(name: string) {
    return plugboard.api.credentials.get({ credential: name });
  }
});

async function rowsOf(page: Page): Promise<number> {
  return page.getByRole('table', { name: 'Credentials' }).getByRole('link').count();
}
