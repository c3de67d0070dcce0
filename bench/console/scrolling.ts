import type { BenchBrowser } from './browser.ts';

export interface Scrolling {
  /** Milliseconds of each task over 50 ms. */
  readonly longTasks: readonly number[];
  readonly tookMs: number;
  /** How far it came, in words. */
  readonly reached: string;
  /** Milliseconds between frames. */
  readonly frames: readonly number[];
}

const recorder = `(() => {
  const bench = (window.bench = { longTasks: [], frames: [], last: performance.now() });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) bench.longTasks.push(duration);
  }).observe({ type: 'longtask' });
  const frame = (now) => {
    bench.frames.push(now - bench.last);
    bench.last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})()`;

const stepPixels = 400;
const stepMs = 30;

/** Scrolls by the wheel from the top of a page to its end, or for so many seconds. */
export async function measureScrolling(
  browser: BenchBrowser,
  path: string,
  label: string,
  seconds: number,
): Promise<Scrolling> {
  await using page = await browser.open();
  await page.goto(path);
  await page.getByLabel(label, { exact: true }).first().waitFor();
  await page.waitForTimeout(3000);
  await page.mouse.move(700, 500);
  await page.evaluate(recorder);
  const began = performance.now();
  const atEnd = () =>
    page.evaluate<boolean>('scrollY + innerHeight >= document.documentElement.scrollHeight - 2');
  while (performance.now() - began < seconds * 1000) {
    await page.mouse.wheel(0, stepPixels);
    await page.waitForTimeout(stepMs);
    if (!(await atEnd())) continue;
    // More may be on its way.
    await page.waitForTimeout(1500);
    if (await atEnd()) break;
  }
  const tookMs = performance.now() - began;
  const at = await page.evaluate<{ y: number; height: number }>(
    '({ y: scrollY + innerHeight, height: document.documentElement.scrollHeight })',
  );
  const { longTasks, frames } =
    await page.evaluate<Pick<Scrolling, 'longTasks' | 'frames'>>('window.bench');
  const isEnd = at.y >= at.height - 2;
  const reached = `${isEnd ? 'to its end' : 'not to its end'}: ${Math.round(at.y)} of ${at.height} pixels`;
  return { longTasks, frames, tookMs, reached };
}
