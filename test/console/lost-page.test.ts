import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { hasBrowser, openConsole } from '../harness/console.ts';
import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';

describe.skipIf(!hasBrowser)('a tab from before an update', () => {
  let plugboard: Plugboard;
  beforeAll(async () => void (plugboard = await startPlugboard()));
  afterAll(() => plugboard[Symbol.asyncDispose]());

  it('is loaded anew once for a page whose code is gone, and then says so', async () => {
    await using page = await openConsole(plugboard);
    await page.locator('h1').first().waitFor();
    let loads = 0;
    page.on('load', () => (loads += 1));
    await page.route(/\/assets\/AuditPage-[^/]*\.js$/, (route) => route.fulfill({ status: 404 }));
    await page.getByRole('link', { name: 'Audit', exact: true }).click();
    await page.getByRole('heading', { name: 'This page could not be loaded', level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/audit');
    expect(loads).toBe(1);

    await page.unroute(/\/assets\/AuditPage-[^/]*\.js$/);
    await page.getByRole('button', { name: 'Load it again' }).click();
    await page.getByRole('heading', { name: 'Audit', level: 1 }).waitFor();
  });
});
