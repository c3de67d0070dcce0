import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checkPage, hasBrowser, openConsole } from '../harness/console.ts';
import { claimUrlOf } from '../harness/people.ts';
import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';

const shapes = [
  { theme: 'light', viewport: 'desktop' },
  { theme: 'dark', viewport: 'desktop' },
  { theme: 'light', viewport: 'phone' },
  { theme: 'dark', viewport: 'phone' },
] as const;

describe.skipIf(!hasBrowser)('the pages that need no console', () => {
  let plugboard: Plugboard;
  let claim = '';
  beforeAll(async () => {
    plugboard = await startPlugboard();
    claim = new URL(await claimUrlOf(plugboard)).pathname;
  });
  afterAll(() => plugboard[Symbol.asyncDispose]());

  it.each(shapes)('let people sign in, $theme on a $viewport', async (shape) => {
    await using page = await openConsole(plugboard, {
      ...shape,
      path: '/sign-in',
      signedIn: false,
    });
    await checkPage(page, 'sign-in');
    await page.goto(claim);
    await checkPage(page, 'claim');
  });

  it('let the owner in by the link, by keyboard alone, and lead to the welcome', async () => {
    await using page = await openConsole(plugboard, { path: claim, signedIn: false });
    const values = ['Olga', 'owner@example.com', 'correct horse battery staple 42'];
    await page.getByLabel('Your name').focus();
    for (const value of [...values, values[2] ?? '']) {
      await page.keyboard.type(value);
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.waitForURL('**/welcome');
  });

  it.each(shapes)('show people their account, $theme on a $viewport', async (shape) => {
    await using page = await openConsole(plugboard, { ...shape, path: '/account' });
    await checkPage(page, 'account');
  });

  it('look as the console was told to', async () => {
    await using page = await openConsole(plugboard, { theme: 'light', path: '/account' });
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await background();
    await page
      .context()
      .addCookies([{ name: 'plugboard-theme', value: 'dark', url: plugboard.url }]);
    await page.reload();
    expect(await background()).not.toBe(light);
  });
});
