import type { Page } from 'playwright-core';

import type { BenchBrowser } from './browser.ts';

export interface SearchTimes {
  /** Milliseconds from each key to the paint of the results of what was typed by then. */
  readonly times: readonly number[];
  /** Keys after which the same results stood there: nothing was painted anew. */
  readonly unanswered: number;
}

const words = [
  'postgres',
  'kubernetes',
  'calendar',
  'github',
  'message',
  'database',
  'browser',
  'terraform',
  'search',
  'weather',
  'payment',
  'document',
];

/** Keeps of each key when it came, and when the answer to it was on the screen. */
const recorder = `(() => {
  const bench = (window.bench = { keyAt: 0, paints: [], answeredAt: undefined });
  addEventListener('keydown', (event) => {
    bench.keyAt = event.timeStamp;
    bench.paints = [];
    bench.answeredAt = undefined;
  }, true);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (new URL(entry.name).pathname.endsWith('/catalog') && entry.startTime >= bench.keyAt) bench.answeredAt = entry.responseEnd;
    }
  }).observe({ type: 'resource' });
  // After the frame in which the results changed: the next task is after its paint.
  new MutationObserver((changes) => {
    const keyAt = bench.keyAt;
    const isResult = changes.some(({ target }) => {
      const element = target instanceof Element ? target : target.parentElement;
      return element && !element.closest('[role="search"]');
    });
    if (!isResult) return;
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port2.onmessage = () => { if (bench.keyAt === keyAt) bench.paints.push(performance.now()); };
      port1.postMessage(undefined);
    });
  }).observe(document.querySelector('main') ?? document.body, { subtree: true, childList: true, characterData: true, attributes: true });
})()`;

const outcome = `(() => {
  const { keyAt, paints, answeredAt } = window.bench;
  if (answeredAt === undefined || performance.now() - answeredAt < 400) return undefined;
  // The first after the answer: later ones are of pictures and other parts.
  const painted = paints.find((at) => at >= answeredAt);
  return String(painted === undefined ? 'none' : painted - keyAt);
})()`;

/** Types words into the marketplace's search, key by key, each when the one before has been answered. */
export async function measureSearch(browser: BenchBrowser, count: number): Promise<SearchTimes> {
  await using page = await browser.open();
  await page.goto('/marketplace');
  const field = page.getByRole('combobox', { name: 'Search servers and tools' });
  await field.waitFor();
  await page.waitForTimeout(2000);
  await page.evaluate(recorder);
  const times: number[] = [];
  let unanswered = 0;
  for (const word of words.slice(0, count)) {
    await field.fill('');
    await page.waitForTimeout(500);
    await field.focus();
    for (const key of word) {
      await page.keyboard.press(key);
      const found = Number(await answered(page));
      if (Number.isNaN(found)) unanswered += 1;
      else times.push(found);
    }
  }
  return { times, unanswered };
}

/** The page's policy has no place for `waitForFunction`: it is asked until it answers. */
async function answered(page: Page): Promise<string> {
  const patience = performance.now() + 15_000;
  while (performance.now() < patience) {
    const found = await page.evaluate<string | undefined>(outcome);
    if (found !== undefined) return found;
    await page.waitForTimeout(50);
  }
  return 'none';
}
