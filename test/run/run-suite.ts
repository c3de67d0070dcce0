import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { closingLine, noCounts, sum } from './counts.ts';
import { installDebianPackages } from './debian-packages.ts';
import { createEnvironment, type TestEnvironment } from './environment.ts';
import { failureLines } from './failures.ts';
import { findLeftovers } from './leftovers.ts';
import type { RunOptions } from './options.ts';
import { runStep, type StepResult } from './run-step.ts';
import { type Step, suites } from './steps.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Runs every step, whatever became of those before it, then looks for processes left behind. The
 * last line printed has the counts; resolves to the exit code.
 */
export async function runSuite(options: RunOptions): Promise<number> {
  const stages = selectSteps(options);
  const environment = createEnvironment(root);
  // Children get Ctrl-C from the terminal themselves; this process stays to clean up after them.
  let interrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      interrupted = true;
    });
  }
  const results: StepResult[] = [];
  try {
    if (stages.flat().some((step) => step.vitest) && !installDebianPackages(say)) {
      results.push(failure('packages', 'Debian packages could not be installed'));
    }
    for (const stage of stages) {
      if (interrupted) break;
      results.push(...(await runStage(stage, environment, options.filters)));
    }
    const leftovers = await findLeftovers(environment.folder);
    for (const { pid, command } of leftovers) say(`left behind: process ${pid}: ${command}`);
    if (leftovers.length > 0) {
      results.push(failure('leftovers', `${leftovers.length} processes were left behind`));
    }
  } finally {
    await rm(environment.folder, { recursive: true, force: true, maxRetries: 3 });
  }
  return summarize(results, interrupted);
}

function selectSteps({ suite, only }: RunOptions): readonly (readonly Step[])[] {
  const stages: readonly (readonly Step[])[] = suites[suite];
  if (only.length === 0) return stages;
  return stages.map((stage) => stage.filter((step) => only.includes(step.name)));
}

/** Runs a stage's steps two at a time, as many as the smallest machines have cores. */
async function runStage(
  stage: readonly Step[],
  environment: TestEnvironment,
  filters: readonly string[],
): Promise<readonly StepResult[]> {
  const waiting = [...stage];
  const results: StepResult[] = [];
  const work = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      if (step.vitest) say(`▸ ${step.name}`);
      const result = await runStep(step, root, environment, filters);
      say(resultLine(result));
      if (result.outcome === 'failed') process.stdout.write(result.output);
      results.push(result);
    }
  };
  await Promise.all([work(), work()]);
  return results;
}

const marks = { passed: '✓', failed: '✗', skipped: '-' } as const;

function resultLine({ step, outcome, counts, seconds, reason }: StepResult): string {
  const tests = step.vitest && outcome !== 'skipped' ? `  ${closingLine(counts)}` : '';
  const why = reason === undefined ? '' : `  ${reason}`;
  return `${marks[outcome]} ${step.name.padEnd(15)} ${seconds.toFixed(1).padStart(6)} s${tests}${why}`;
}

function summarize(results: readonly StepResult[], interrupted: boolean): number {
  const counts = sum(results.map((result) => result.counts));
  say('');
  for (const result of results) say(resultLine(result));
  for (const { step, failures } of results) failureLines(step.name, failures).forEach(say);
  if (interrupted) say('interrupted');
  say(closingLine(counts));
  if (interrupted) return 130;
  return counts.failed === 0 ? 0 : 1;
}

function failure(name: string, reason: string): StepResult {
  const step = { name, command: [], vitest: false, limitMinutes: 0 };
  return {
    step,
    outcome: 'failed',
    counts: { ...noCounts, failed: 1 },
    failures: [],
    seconds: 0,
    output: '',
    reason,
  };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
