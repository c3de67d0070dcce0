import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { checkPage, hasBrowser, openConsole } from '../harness/console.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import { installServers } from './installed-servers.ts';

const secret = 'good-token-4711';

describe.skipIf(!hasBrowser)('installing a server', () => {
  const fixture = plugboardForFile({}, installServers);
  const open = (at: string, options: Parameters<typeof openConsole>[1] = {}) =>
    openConsole(fixture.plugboard, { path: at, ...options });
  const goOn = (page: Page) => page.getByRole('button', { name: 'Continue' }).click();
  const current = (page: Page, step: string) =>
    page.locator('[aria-current="step"]').getByText(step, { exact: true }).waitFor();
  const nameIt = (page: Page, name: string) => page.getByLabel('Name', { exact: true }).fill(name);
  const token = (page: Page) => page.getByLabel('Token of the weather service');
  const slugs = async () => {
    const { instances } = await fixture.plugboard.api.instances.list();
    return instances.map(({ slug }) => slug);
  };

  it('plans, asks, installs, and lets an agent use it', async () => {
    await using page = await open('/marketplace/com.example/weather');
    await page.getByRole('link', { name: 'Install another' }).click();
    await page.getByText('There is already an instance "weather"').waitFor();
    expect(await page.getByRole('button', { name: 'Continue' }).isDisabled()).toBe(true);
    await nameIt(page, 'storms');
    await page.getByText('There is already an instance').waitFor({ state: 'detached' });
    await goOn(page);
    await current(page, 'Credentials');
    await token(page).fill(secret);
    await goOn(page);
    await current(page, 'Configuration');
    await page.getByRole('combobox', { name: 'REGION' }).click();
    await page.getByRole('option', { name: 'us' }).click();
    await page.getByLabel('NAME', { exact: true }).fill('of mine');
    await goOn(page);
    await page.getByText('Ready to install').waitFor();
    await page.getByRole('button', { name: 'Install', exact: true }).click();
    await page.getByText('Weather is ready').waitFor();
    await checkPage(page, 'install-done');

    await page.getByRole('combobox', { name: 'What claude-code may do' }).click();
    await page.getByRole('option', { name: /^read/ }).click();
    await page.getByRole('button', { name: 'Grant' }).click();
    await page.getByText('Granted').waitFor();
    const { grants } = await fixture.plugboard.api.grants.list({ agent: 'claude-code' });
    expect(grants).toContainEqual(
      expect.objectContaining({
        level: 'read',
        target: expect.objectContaining({ instance: expect.objectContaining({ slug: 'storms' }) }),
      }),
    );
    const configuration = await fixture.plugboard.api.configuration.get({ instance: 'storms' });
    expect(configuration.own?.values).toEqual({ REGION: 'us', NAME: 'of mine' });
    expect(configuration.secrets).toMatchObject([{ key: 'TOKEN', set: true }]);
    // The page of what is done outlives a reload.
    await page.reload();
    await page.getByText('Weather is ready').waitFor();
  });

  it('tells that nothing is left when a step fails, and tries again', async () => {
    await using page = await open('/install?server=com.example/weather');
    await nameIt(page, 'fog');
    await goOn(page);
    await goOn(page);
    await current(page, 'Configuration');
    await page.getByRole('group', { name: 'REFUSE' }).getByRole('button', { name: 'Yes' }).click();
    await goOn(page);
    await page.getByRole('button', { name: 'Install', exact: true }).click();
    await page.getByText('Nothing was left behind').waitFor();
    await page.getByText('Start it: failed').waitFor();
    expect(await slugs()).not.toContain('fog');
    await checkPage(page, 'install-failed');
    await page.getByRole('button', { name: 'Change something' }).click();
    await page
      .getByRole('group', { name: 'REFUSE' })
      .getByRole('button', { name: 'No', exact: true })
      .click();
    await goOn(page);
    await page.getByRole('button', { name: 'Install', exact: true }).click();
    await page.getByText('Weather is ready').waitFor();
    expect(await slugs()).toContain('fog');
  });

  it('keeps what was typed over a reload, but no secret, and goes back and forward', async () => {
    await using page = await open('/install?server=com.example/weather');
    await nameIt(page, 'drizzle');
    await goOn(page);
    await current(page, 'Credentials');
    await token(page).fill(secret);
    await goOn(page);
    await page.getByLabel('NAME', { exact: true }).fill('typed');
    await page.goBack();
    await current(page, 'Credentials');
    expect(await token(page).inputValue()).toBe(secret);
    await page.goForward();
    await current(page, 'Configuration');
    const kept = await page.evaluate<string>(
      'JSON.stringify([{ ...sessionStorage }, { ...localStorage }, history.state, location.href])',
    );
    expect(kept).toContain('typed');
    expect(kept).not.toContain(secret);
    await page.reload();
    await current(page, 'Configuration');
    expect(await page.getByLabel('NAME', { exact: true }).inputValue()).toBe('typed');
    await page.goBack();
    await current(page, 'Credentials');
    expect(await token(page).inputValue()).toBe('');
    await page.goBack();
    await current(page, 'Plan');
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('drizzle');
  });

  it.each([
    ['desktop', 'light'],
    ['desktop', 'dark'],
    ['phone', 'light'],
    ['phone', 'dark'],
  ] as const)('is without fault at every step on a %s, %s', async (viewport, theme) => {
    await using page = await open('/install?server=com.example/weather&preset=careful', {
      viewport,
      theme,
    });
    await nameIt(page, 'sunny');
    await page.getByText('There is already an instance').waitFor({ state: 'detached' });
    await checkPage(page, 'install');
    await goOn(page);
    await current(page, 'Credentials');
    await checkPage(page, 'install-credentials');
    await goOn(page);
    await current(page, 'Configuration');
    await checkPage(page, 'install-configuration');
    await goOn(page);
    await page.getByText('Ready to install').waitFor();
    await checkPage(page, 'install-ready');
  });

  it('installs what no catalog has, by the keyboard alone', async () => {
    await using page = await open('/install');
    await page.getByLabel('Server').focus();
    await page.keyboard.type('plugboard-fixture-echo');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Continue' }).focus();
    await page.keyboard.press('Enter');
    await current(page, 'Configuration');
    await page.getByRole('textbox', { name: 'Environment variables' }).focus();
    await page.keyboard.type('A=1');
    await page.getByRole('button', { name: 'Continue' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Ready to install').waitFor();
    await page.getByRole('button', { name: 'Install', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByText(/is ready$/).waitFor();
    expect((await slugs()).filter((slug) => slug.endsWith('echo'))).toHaveLength(1);
  });

  it('says why a server cannot be planned', async () => {
    await using page = await open('/install?server=plugboard-no-such-package');
    await page.getByText('It cannot be planned').waitFor();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
  });
});
