/** One command of the test run. */
export interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** A run of vitest: its tests are counted. The others count only when they fail. */
  readonly vitest: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** A program it cannot do without; the step is skipped where the program cannot be installed. */
  readonly needs?: string;
  readonly limitMinutes: number;
}

const check = (name: string, ...command: string[]): Step => ({
  name,
  command,
  vitest: false,
  limitMinutes: 5,
});

const vitest = (name: string, limitMinutes: number, ...command: string[]): Step => ({
  name,
  command: [
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=./test/run/counts-reporter.ts',
    ...command,
  ],
  vitest: true,
  limitMinutes,
});

const types = check('types', 'tsc', '--noEmit');
const consoleTypes = check('console-types', 'tsc', '--noEmit', '--project', 'apps/console');
const lint = check('lint', 'oxlint', '--type-aware', '--deny-warnings');
const format = check('format', 'oxfmt', '--check');
const unused = check('unused', 'knip');
const unit = vitest('unit', 15, '--project', 'unit');
const system = vitest('system', 25, '--project', 'system');
const onPostgres15 = (step: Step): Step => ({
  ...step,
  env: { PLUGBOARD_TEST_DATABASE: 'external' },
  needs: '/usr/lib/postgresql/15/bin/postgres',
});
const external = onPostgres15(vitest('external', 15, '--project', 'unit', 'apps/server/'));
const systemExternal = onPostgres15(vitest('system-external', 25, '--project', 'system'));
/** In a browser, and the same on any database. */
const consoleStep: Step = {
  ...vitest('console', 25, '--project', 'console'),
  needs: '/usr/bin/chromium',
};
const conformance = vitest('conformance', 10, '--project', 'conformance');
const servers = vitest('servers', 60, '--project', 'servers');

/** Stages run one after the other; the steps of a stage side by side. */
export const suites = {
  all: [
    [types, consoleTypes, lint, format, unused],
    [unit],
    [external],
    [system],
    [consoleStep],
    [conformance],
    [systemExternal],
  ],
  servers: [[servers]],
} as const satisfies Record<string, readonly (readonly Step[])[]>;

export type SuiteName = keyof typeof suites;

export const stepNames: readonly string[] = Object.values(suites)
  .flat(2)
  .map((step) => step.name);
