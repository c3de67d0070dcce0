import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

import { faultsOf, shoot } from './page-record.ts';

/** What is asked of every page: WCAG 2.2, levels A and AA. */
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

export interface CheckOptions {
  /** Faults that a test brings about on purpose. */
  readonly expected?: readonly RegExp[];
}

let axe: Promise<string> | undefined;

/**
 * Checks what holds of every page: axe finds nothing, no script failed and nothing was refused by the
 * content security policy, and it does not scroll sideways. Writes its picture where one is wanted.
 */
export async function checkPage(
  page: Page,
  name: string,
  { expected = [] }: CheckOptions = {},
): Promise<void> {
  await settled(page);
  await shoot(page, name);
  expect.soft(await violationsOf(page), `${name}: accessibility`).toEqual([]);
  const faults = faultsOf(page).filter((fault) => !expected.some((each) => each.test(fault)));
  expect.soft(faults, `${name}: faults`).toEqual([]);
  const sideways = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect(sideways, `${name}: pixels beyond the side`).toBeLessThanOrEqual(0);
}

/** Nothing is loading that says so, and fonts are there. */
async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await expect.poll(() => page.locator('[aria-busy="true"]').count()).toBe(0);
  await page.evaluate('document.fonts.ready.then(() => undefined)');
}

async function violationsOf(page: Page): Promise<string[]> {
  const file = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  axe ??= readFile(file, 'utf8');
  // By the browser's own tools, which the page's policy does not bind.
  await page.evaluate(`if (!window.axe) { ${await axe}\n}`);
  const options = JSON.stringify({
    runOnly: { type: 'tag', values: rules },
    resultTypes: ['violations'],
  });
  const result = await page.evaluate<AxeResults>(`window.axe.run(document, ${options})`);
  return result.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) =>
      [`${id} (${help}): ${target.join(' ')}`, failureSummary ?? ''].join('\n'),
    ),
  );
}
