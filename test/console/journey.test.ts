import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { type ConsoleOptions, faultsOf, hasBrowser, openConsole } from '../harness/console.ts';
import { claimUrlOf } from '../harness/people.ts';
import { startPlugboard } from '../harness/plugboard.ts';
import { startRegistry } from '../registry/registry.ts';

/** How a person uses a page. */
interface Hands {
  readonly press: (on: Locator) => Promise<void>;
  readonly fill: (field: Locator, text: string) => Promise<void>;
  readonly choose: (box: Locator, option: RegExp) => Promise<void>;
  /** One of a group of buttons or tabs, of which one is in the order of Tab. */
  readonly pick: (group: Locator, item: Locator) => Promise<void>;
}

const limitMs = 30_000;

function mouse(page: Page): Hands {
  return {
    press: (on) => on.click({ timeout: limitMs }),
    fill: (field, text) => field.fill(text, { timeout: limitMs }),
    async choose(box, option) {
      await box.click({ timeout: limitMs });
      await page.getByRole('option', { name: option }).click();
    },
    pick: (_group, item) => item.click({ timeout: limitMs }),
  };
}

/** Keys alone: what Tab does not come to, nobody without a mouse comes to. */
function keys(page: Page): Hands {
  async function reach(target: Locator): Promise<void> {
    await target.waitFor({ timeout: limitMs });
    for (let tabs = 0; tabs < 250; tabs += 1) {
      if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) {
        return;
      }
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not come to ${String(target)}`);
  }
  return {
    async press(on) {
      await reach(on);
      await page.keyboard.press('Enter');
    },
    async fill(field, text) {
      await reach(field);
      await page.keyboard.press('ControlOrMeta+A');
      await page.keyboard.type(text);
    },
    async choose(box, option) {
      await reach(box);
      await page.keyboard.press('Enter');
      const wanted = page.getByRole('option', { name: option });
      await wanted.waitFor();
      for (let steps = 0; steps < 20; steps += 1) {
        if ((await wanted.getAttribute('data-highlighted')) !== null) break;
        await page.keyboard.press('ArrowDown');
      }
      await page.keyboard.press('Enter');
    },
    async pick(group, item) {
      await reach(group.locator('[tabindex="0"]'));
      while (!(await item.evaluate((element) => element.matches(':focus')))) {
        await page.keyboard.press('ArrowRight');
      }
      await page.keyboard.press('Enter');
    },
  };
}

const people = [
  ['with a mouse, on a desktop, light', { viewport: 'desktop', theme: 'light' }, mouse],
  ['by touch, on a phone, dark', { viewport: 'phone', theme: 'dark' }, mouse],
  ['with the keyboard alone, dark', { viewport: 'desktop', theme: 'dark' }, keys],
] as const satisfies readonly (readonly [string, ConsoleOptions, (page: Page) => Hands])[];

describe.skipIf(!hasBrowser)('a newcomer', () => {
  it.each(people)(
    'gets from the first start to a call on record, %s',
    async (_how, look, handsFor) => {
      await using registry = await startRegistry();
      registry.passesOn = true;
      await using plugboard = await startPlugboard({ registry: registry.url });
      const claimUrl = await claimUrlOf(plugboard);
      await using page = await openConsole(plugboard, { ...look, path: claimUrl, signedIn: false });
      const { press, fill, choose, pick } = handsFor(page);
      const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });

      // Claim it.
      await fill(page.getByLabel('Your name'), 'Ada');
      await fill(page.getByLabel('E-mail address'), 'ada@example.com');
      await fill(page.getByLabel('New password'), 'correct horse battery staple 42');
      await fill(page.getByLabel('The same again'), 'correct horse battery staple 42');
      await press(button('Set and sign in'));
      await page.waitForURL('**/welcome');

      // Find a server.
      await press(page.getByRole('link', { name: 'Marketplace' }));
      await fill(page.getByRole('combobox', { name: /^Search servers/ }), 'sqlite');
      await page.keyboard.press('Enter');
      await press(page.getByRole('link', { name: /^DBHub/ }));

      // Install and configure it.
      await press(page.getByRole('link', { name: 'Install', exact: true }));
      await fill(page.getByLabel('Name', { exact: true }), 'books');
      await press(button('Continue'));
      await press(button('Continue'));
      const demo = page.getByRole('group', { name: 'demo' });
      await pick(demo, demo.getByRole('button', { name: 'Yes' }));
      await press(button('Continue'));
      await page.getByText('Ready to install').waitFor({ timeout: limitMs });
      await press(button('Install'));
      await page.getByText('is ready', { exact: false }).first().waitFor({ timeout: 240_000 });

      // Make an agent.
      await press(page.getByRole('link', { name: 'Agents', exact: true }));
      await press(button('New agent'));
      await fill(page.getByLabel(/^Name/), 'My laptop');
      await press(page.getByRole('button', { name: 'Make the agent' }).last());
      const token = page.getByLabel('the token', { exact: true });
      expect(await token.textContent()).toMatch(/^pb\w_/);
      await press(button('Done'));

      // Let it use the server.
      await press(page.getByRole('link', { name: 'My laptop', exact: true }));
      const tabs = page.getByRole('tablist');
      await pick(tabs, tabs.getByRole('tab', { name: /^Grants/ }));
      await press(button('New grant').first());
      await choose(page.getByRole('combobox', { name: 'On' }), /^books/);
      await choose(page.getByRole('combobox', { name: 'Up to the level' }), /^execute/);
      await press(button('Grant it'));
      // It can change data for good: that is asked once more.
      await press(button('Give them'));
      await page
        .getByText(/on books/)
        .first()
        .waitFor();

      // Call it, and see it on record.
      await pick(tabs, tabs.getByRole('tab', { name: /^Tools/ }));
      await press(page.getByRole('link', { name: /^Try execute_sql/ }));
      await fill(page.getByLabel(/^sql/i), 'select count(*) as employees from employee');
      await press(button('Call it'));
      await page
        .getByText(/employees/)
        .filter({ visible: true })
        .last()
        .waitFor({ timeout: limitMs });
      await page.getByText('It worked').first().waitFor();
      await press(page.getByRole('link', { name: /^record \d+/ }));
      await page.getByRole('heading', { level: 1 }).getByText(/\d/).waitFor();
      await page.getByText('execute_sql').first().waitFor();
      await page.getByText('My laptop').first().waitFor();
      // What is dangerous was refused until it was confirmed.
      const asked = /status of 409/;
      expect(faultsOf(page).filter((fault) => !asked.test(fault))).toEqual([]);
    },
    600_000,
  );
});
