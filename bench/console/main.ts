// How the console feels with much in it: 20,000 servers in its marketplace and 1,000 instances, in a
// real Chromium. Prints figures; passes or fails nothing.
// Usage: npm run bench:console -- [--entries 20000] [--instances 1000] [--words 12] [--seconds 60]

import { parseArgs } from 'node:util';

import { describeMachine } from '../gateway/measure/machine.ts';
import { openBrowser } from './browser.ts';
import { startFilledPlugboard } from './filled-plugboard.ts';
import { measureFirstLoad } from './first-load.ts';
import { measureScrolling } from './scrolling.ts';
import { measureSearch } from './search.ts';

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '20000' },
    instances: { type: 'string', default: '1000' },
    words: { type: 'string', default: '12' },
    seconds: { type: 'string', default: '60' },
  },
});

await main();

async function main(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stack.disposeAsync().finally(() => process.exit(1)));
  }
  const plugboard = stack.use(
    await startFilledPlugboard({
      entries: Number(values.entries),
      instances: Number(values.instances),
    }),
  );
  const browser = stack.use(await openBrowser(plugboard));
  for (const cache of ['empty', 'filled'] as const) {
    const { bytes, requests, scriptBytes, paintedMs, loadedMs } = await measureFirstLoad(
      browser,
      cache,
    );
    tell(
      `home, cache ${cache}`,
      `${kb(bytes)} in ${requests} requests (${kb(scriptBytes)} of JavaScript); first paint ${ms(paintedMs)}, loaded ${ms(loadedMs)}`,
    );
  }
  const { times, unanswered } = await measureSearch(browser, Number(values.words));
  tell(
    'search, key to painted',
    `p50 ${ms(quantile(times, 0.5))}, p95 ${ms(quantile(times, 0.95))}, slowest ${ms(Math.max(...times))}, of ${times.length} keys; ${unanswered} without new results`,
  );
  for (const [path, label] of [
    ['/marketplace?q=server', 'Servers'],
    ['/instances', 'Instances'],
  ] as const) {
    const seconds = Number(values.seconds);
    const { longTasks, tookMs, reached, frames } = await measureScrolling(
      browser,
      path,
      label,
      seconds,
    );
    const longest = longTasks.length === 0 ? 'none' : `longest ${ms(Math.max(...longTasks))}`;
    tell(
      `scrolling ${path}`,
      `${longTasks.length} tasks over 50 ms (${longest}) in ${(tookMs / 1000).toFixed(1)} s, ${reached}; frames p50 ${ms(quantile(frames, 0.5))}, p95 ${ms(quantile(frames, 0.95))}`,
    );
  }
  const { cpu, cores, kernel, node } = describeMachine();
  console.log(`${browser.version}; ${cpu}, ${cores} cores, Linux ${kernel}, Node ${node}`);
}

function tell(what: string, result: string): void {
  console.log(`${what}: ${result}`);
}

function kb(bytes: number): string {
  return `${(bytes / 1024).toFixed(0)} KB`;
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
