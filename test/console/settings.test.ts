import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { checkPage, hasBrowser, openConsole } from '../harness/console.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import { signInInvited } from '../harness/people.ts';
import { startIdentityProvider } from '../oauth/identity-provider.ts';

const parts = {
  organization: 'Your account',
  sources: 'comes with Plugboard',
  services: 'Search services',
  licences: 'Set the policy',
  keys: 'Fingerprint',
  'sign-in': 'Add a provider',
  provisioning: 'Address to enter in the directory',
  backup: 'Download it',
  about: 'Check again',
} as const;

const shapes = [
  { viewport: 'desktop', theme: 'light' },
  { viewport: 'phone', theme: 'dark' },
] as const;

const entry = {
  name: 'com.example/ours',
  title: 'Ours',
  description: 'A server of ours',
  version: '1.0.0',
  remotes: [{ type: 'streamable-http', url: 'https://ours.example.com/mcp' }],
};

describe.skipIf(!hasBrowser)('settings in the console', () => {
  const file = plugboardForFile({}, async ({ plugboard }) => {
    const folder = path.join(plugboard.dataDir, 'catalog', 'ours');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'ours.server.json'), JSON.stringify(entry));
    await writeFile(path.join(folder, 'bad.server.json'), '{"name":"<b>no"}');
  });
  const open = (part: string) => openConsole(file.plugboard, { path: `/settings?part=${part}` });
  const said = (page: Page, words: string) => page.getByText(words).first().waitFor();

  it.each(shapes)('are without fault, $theme on a $viewport', async (shape) => {
    await using page = await openConsole(file.plugboard, { path: '/settings', ...shape });
    for (const [part, words] of Object.entries(parts)) {
      await page.goto(`/settings?part=${part}`);
      await page.getByText(words).or(page.getByLabel(words)).first().waitFor();
      await page.getByRole('status', { name: 'Loading' }).waitFor({ state: 'detached' });
      await checkPage(page, part === 'organization' ? 'settings' : `settings-${part}`);
    }
  });

  it('are gone through by the keyboard, and rename the organization, which can be undone', async () => {
    const { api } = file.plugboard;
    await using page = await open('about');
    await page.getByRole('link', { name: 'Organization' }).focus();
    await page.keyboard.press('Enter');
    const { name } = await api.organization.get();
    await page.getByLabel('Name', { exact: true }).focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('Acme');
    await page.keyboard.press('Enter');
    await said(page, 'The organization is renamed');
    expect((await api.organization.get()).name).toBe('Acme');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(async () => (await api.organization.get()).name).toBe(name);
  });

  it('make another organization', async () => {
    await using page = await open('organization');
    await page.getByRole('button', { name: 'New organization' }).click();
    await page.getByLabel(/^Name/).last().fill('Second');
    await page.getByRole('button', { name: 'Make it' }).click();
    await page.getByRole('button', { name: 'Go there' }).click();
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page
      .getByRole('menuitem', { name: /Second/ })
      .getByLabel('here')
      .waitFor();
  });

  it('add a source, read it, tell what was refused, turn it off and remove it', async () => {
    const { api } = file.plugboard;
    await using page = await open('sources');
    await page.getByRole('button', { name: 'Add a source' }).click();
    await page.getByRole('button', { name: 'Folder or git' }).click();
    await page.getByLabel(/^Short name/).fill('Not a short name');
    await page.getByRole('button', { name: 'Add and read it' }).click();
    await page.getByRole('dialog').getByRole('alert').first().waitFor();
    await page.getByLabel(/^Short name/).fill('ours');
    await page.getByLabel(/^Folder or git address/).fill('ours');
    await page.getByLabel(/^Title/).fill('Servers of ours');
    await page.getByRole('button', { name: 'Add and read it' }).click();
    await said(page, 'read, some refused');
    await page.getByRole('button', { name: 'Sync now: Servers of ours' }).click();
    await page.getByRole('log', { name: 'Reading Servers of ours' }).getByText('read').waitFor();
    await page.getByRole('button', { name: 'Actions of Servers of ours' }).click();
    await page.getByRole('menuitem', { name: 'Last reports' }).click();
    await page.getByText('Refused entries').first().click();
    await checkPage(page, 'settings-source-reports', { expected: [/status of 4/] });
    await page.getByRole('button', { name: 'Close' }).click();

    const source = () => api.sources.get({ source: 'ours' });
    await page.getByRole('switch', { name: 'Servers of ours is used' }).click();
    await expect.poll(async () => (await source()).enabled).toBe(false);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(async () => (await source()).enabled).toBe(true);
    await page.getByRole('button', { name: 'Actions of Servers of ours' }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await said(page, 'Servers of ours is removed');
    await expect(source()).rejects.toMatchObject({ code: 'not_found' });
  });

  it.each([
    ['MCP registry', 'registry'],
    ['Docker catalog', 'docker'],
  ])('add a source of the kind %s', async (label, kind) => {
    await using page = await open('sources');
    await page.getByRole('button', { name: 'Add a source' }).click();
    await page.getByRole('button', { name: label }).click();
    await page.getByLabel(/^Short name/).fill(`a-${kind}`);
    await page.getByLabel(/^Address/).fill('https://127.0.0.1:9/catalog.json');
    await page.getByLabel(/^Token/).fill('a-token-of-ours');
    await page.getByRole('button', { name: 'Add and read it' }).click();
    await page.getByRole('switch', { name: `a-${kind} is used` }).waitFor();
    // It lies where nothing may be asked: that is said, with what to do.
    await page.getByText('failed', { exact: true }).first().waitFor();
    const { kind: is, hasToken } = await file.plugboard.api.sources.get({ source: `a-${kind}` });
    expect({ is, hasToken }).toEqual({ is: kind, hasToken: true });
    expect(await page.content()).not.toContain('a-token-of-ours');
    await file.plugboard.api.sources.remove({ source: `a-${kind}` });
  });

  it('set the licence policy, which can be undone', async () => {
    const { api } = file.plugboard;
    const before = await api.licencePolicy.get();
    await using page = await open('licences');
    await page.getByLabel(/^Denied/).fill('AGPL-3.0-only\nSSPL-1.0');
    await page.getByRole('button', { name: 'Set the policy' }).click();
    await said(page, 'The licence policy is set');
    expect((await api.licencePolicy.get()).deny).toEqual(['AGPL-3.0-only', 'SSPL-1.0']);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => api.licencePolicy.get()).toEqual(before);
    await page.getByLabel(/^Denied/).fill('<script>');
    await page.getByRole('button', { name: 'Set the policy' }).click();
    await page.getByRole('main').getByRole('alert').waitFor();
  });

  it('rotate keys, and tell how far it came', async () => {
    await using page = await open('keys');
    await page.getByRole('button', { name: 'Rotate them' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate', exact: true }).click();
    const rotations = page.getByRole('list', { name: 'Rotations' });
    await rotations.getByText('done', { exact: true }).waitFor();
    await checkPage(page, 'settings-keys-rotated');
  });

  it('add an identity provider, which must be tested first, and remove it', async () => {
    await using provider = await startIdentityProvider();
    await using page = await open('sign-in');
    await page.getByRole('button', { name: 'Add a provider' }).click();
    await page.getByLabel(/^Issuer/).fill(provider.issuer);
    await page.getByLabel(/^Client id/).fill('plugboard');
    await page.getByLabel(/^Short name/).fill('corp');
    await page.getByLabel(/^Domains/).fill('corp.example');
    await page.getByLabel(/^Roles by group/).fill('admins');
    await page.getByRole('checkbox', { name: /private network/ }).click();
    await page.getByRole('button', { name: 'Add it' }).click();
    await said(page, '“admins” is no rule');
    await page.getByLabel(/^Roles by group/).fill('admins = admin');
    await page.getByRole('button', { name: 'Add it' }).click();
    const enable = page.getByRole('button', { name: 'Enable corp' });
    await enable.waitFor();
    expect(await enable.isDisabled()).toBe(true);
    await said(page, 'not proved yet');
    await page.getByRole('button', { name: 'Test corp' }).click();
    await page.getByRole('link', { name: 'Open the test' }).waitFor();
    await checkPage(page, 'settings-sign-in-test');
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Remove corp' }).click();
    await page.getByLabel('Type corp to go on').fill('corp');
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await said(page, 'People sign in by password or passkey');
  });

  it('make a directory’s token, shown once, and revoke it', async () => {
    await using page = await open('provisioning');
    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByLabel(/^Name/).fill('entra');
    await page.getByRole('button', { name: 'Make the token' }).click();
    const token = (await page.getByLabel('the token', { exact: true }).textContent()) ?? '';
    expect(token.length).toBeGreaterThan(20);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Revoke entra' }).click();
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await page.getByText('revoked', { exact: true }).waitFor();
    expect(await page.content()).not.toContain(token);
  });

  it('download the lock document', async () => {
    await using page = await open('backup');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download it' }).click();
    const saved = await download;
    expect(saved.suggestedFilename()).toBe('plugboard.lock');
    const document: unknown = JSON.parse(await readFile(await saved.path(), 'utf8'));
    expect(document).toMatchObject({ version: 1, toolboxes: expect.anything() });
  });

  it('set a client at a service', async () => {
    await using page = await open('services');
    await page.getByLabel('Search services').fill('github');
    await page.getByRole('button', { name: 'Set up GitHub', exact: true }).click();
    await page.getByLabel(/^Client id/).fill('Iv1.ours');
    await page.getByLabel(/^Client secret/).fill('long-and-secret-77');
    await checkPage(page, 'settings-service');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('ready', { exact: true }).waitFor();
    const { client } = await file.plugboard.api.providers.get({ provider: 'github' });
    expect(client).toEqual({ clientId: 'Iv1.ours', authentication: 'secret' });
    expect(await page.content()).not.toContain('long-and-secret-77');
  });

  it('show members what is theirs to see, and nothing to change', async () => {
    const { plugboard } = file;
    const browser = await signInInvited(plugboard, 'eve@example.com', 'member');
    await using page = await openConsole(plugboard, { signedIn: false, path: '/sign-in' });
    const { url } = plugboard;
    const cookies = browser.cookies(url).map(({ name, value }) => ({ name, value, url }));
    await page.context().addCookies(cookies);
    await page.goto('/settings?part=keys');
    await said(page, 'Only owners rename it.');
    const links = page.getByRole('navigation', { name: 'Settings' }).getByRole('link');
    expect(await links.allTextContents()).toEqual([
      'Organization',
      'Catalog sources',
      'Services',
      'Licences',
      'About',
    ]);
    expect(await page.getByRole('switch').first().isDisabled()).toBe(true);
    await page.goto('/settings?part=sources');
    await said(page, 'comes with Plugboard');
    expect(await page.getByRole('button', { name: /Add a source|Sync/ }).count()).toBe(0);
    await page.goto('/settings?part=about');
    await said(page, 'Sandbox');
    expect(await page.getByRole('button', { name: 'Check again' }).count()).toBe(0);
  });
});
