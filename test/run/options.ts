import { parseArgs } from 'node:util';

import { stepNames, suites, type SuiteName } from './steps.ts';

export interface RunOptions {
  readonly suite: SuiteName;
  /** Steps to run; empty for all of the suite. */
  readonly only: readonly string[];
  /** File name parts given on to vitest. */
  readonly filters: readonly string[];
}

const usage = `usage: npm test -- [--suite ${Object.keys(suites).join('|')}] [--only STEP]… [FILE…]
steps: ${stepNames.join(', ')}`;

/** Reads the flags of the test command; ends the process with the usage when they are wrong. */
export function parseOptions(args: readonly string[]): RunOptions {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        suite: { type: 'string', default: 'all' },
        only: { type: 'string', multiple: true, default: [] },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) throw new Error('');
    const suite = values.suite;
    if (!isSuite(suite)) throw new Error(`there is no suite "${suite}"`);
    const unknown = values.only.find((name) => !stepNames.includes(name));
    if (unknown !== undefined) throw new Error(`there is no step "${unknown}"`);
    return { suite, only: values.only, filters: positionals };
  } catch (error) {
    return exitWithUsage(error instanceof Error ? error.message : String(error));
  }
}

function exitWithUsage(fault: string): never {
  process.stderr.write(`${fault === '' ? '' : `${fault}\n`}${usage}\n`);
  process.exit(fault === '' ? 0 : 2);
}

function isSuite(name: string): name is SuiteName {
  return Object.hasOwn(suites, name);
}
