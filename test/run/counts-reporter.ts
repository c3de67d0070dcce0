import { writeFileSync } from 'node:fs';

import type { Reporter, TestModule } from 'vitest/node';

import type { Counts } from './counts.ts';
import type { Failure } from './failures.ts';

/** The variable with the name of the file that the report goes to. */
export const reportVariable = 'PLUGBOARD_TEST_REPORT';

/** What the end of a run says of one of its steps. */
export interface StepReport {
  readonly counts: Counts;
  readonly failures: readonly Failure[];
}

/** Reports on tests for the end of the run; a file that cannot be loaded and a stray error count as failed. */
// oxlint-disable-next-line import/no-default-export -- vitest makes one of a module's default class
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], strayErrors: readonly ReportedError[]): void {
    const file = process.env[reportVariable];
    if (file !== undefined) writeFileSync(file, JSON.stringify(report(modules, strayErrors)));
  }
}

interface ReportedError {
  readonly name?: string;
  readonly message: string;
  readonly stack?: string;
  readonly diff?: string;
  readonly cause?: ReportedError;
}

function report(modules: readonly TestModule[], strayErrors: readonly ReportedError[]): StepReport {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const failures: Failure[] = [];
  const fail = (where: string, errors: readonly ReportedError[], failed: number): void => {
    if (failed === 0) return;
    counts.failed += failed;
    failures.push({ where, error: errors.map(describe).join('\n') });
  };
  for (const module of modules) {
    const file = module.relativeModuleId;
    fail(file, module.errors(), module.errors().length);
    for (const suite of module.children.allSuites()) {
      fail(`${file} > ${suite.fullName}`, suite.errors(), suite.errors().length);
    }
    for (const test of module.children.allTests()) {
      const { state, errors = [] } = test.result();
      const where = `${file} > ${test.fullName}`;
      // One that never got to run, because the run was cut short, was not a success.
      if (state === 'pending') fail(where, [{ message: 'did not come to its end' }], 1);
      else if (state === 'failed') fail(where, errors, 1);
      else counts[state] += 1;
    }
  }
  fail('outside of all tests', strayErrors, strayErrors.length);
  return { counts, failures };
}

/** The error, where in our own files it came from, what it compared, and its cause. */
function describe(error: ReportedError): string {
  const { name = 'Error', message, stack = '', diff = '', cause } = error;
  const calls = stack
    .split('\n')
    .filter((line) => /^\s*at (?!.*(node_modules|node:|<anonymous>))/.test(line));
  const lines = [`${name}: ${message}`, ...calls.slice(0, 2), diff];
  return [...lines, ...(cause ? [describe(cause)] : [])].join('\n');
}
