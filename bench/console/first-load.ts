import type { BenchBrowser } from './browser.ts';

export interface FirstLoad {
  /** As they came over the network, with headers. */
  readonly bytes: number;
  readonly scriptBytes: number;
  readonly requests: number;
  readonly paintedMs: number;
  readonly loadedMs: number;
}

const read = `(() => {
  const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
  const sum = (entries) => entries.reduce((bytes, { transferSize }) => bytes + transferSize, 0);
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  return {
    bytes: sum(all),
    scriptBytes: sum(all.filter(({ name }) => name.endsWith('.js'))),
    requests: all.filter(({ transferSize }) => transferSize > 0).length,
    paintedMs: paint ? paint.startTime : NaN,
    loadedMs: performance.getEntriesByType('navigation')[0].loadEventEnd,
  };
})()`;

/** Opens the home page: in a browser that was never there, or once more in the same. */
export async function measureFirstLoad(
  browser: BenchBrowser,
  cache: 'empty' | 'filled',
): Promise<FirstLoad> {
  await using page = await browser.open();
  const visits = cache === 'empty' ? 1 : 2;
  for (let visit = 0; visit < visits; visit += 1) {
    await page.goto('/', { waitUntil: 'load' });
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForTimeout(2000);
  }
  return await page.evaluate<FirstLoad>(read);
}
