import { writeFileSync } from 'node:fs';

import type { Reporter, TestModule } from 'vitest/node';

import type { Counts } from './counts.ts';

/** The variable with the name of the file that the counts go to. */
export const countsVariable = 'PLUGBOARD_TEST_COUNTS';

/** Counts tests for the closing line; a file that cannot be loaded and a stray error count as failed. */
// oxlint-disable-next-line import/no-default-export -- vitest makes one of a module's default class
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], strayErrors: readonly unknown[]): void {
    const file = process.env[countsVariable];
    if (file !== undefined) writeFileSync(file, JSON.stringify(count(modules, strayErrors.length)));
  }
}

function count(modules: readonly TestModule[], strayErrors: number): Counts {
  const counts = { passed: 0, failed: strayErrors, skipped: 0 };
  for (const module of modules) {
    counts.failed += module.errors().length;
    for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      // One that never got to run, because the run was cut short, was not a success.
      counts[state === 'pending' ? 'failed' : state] += 1;
    }
  }
  return counts;
}
