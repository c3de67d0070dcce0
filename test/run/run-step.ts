import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { type Counts, noCounts } from './counts.ts';
import { reportVariable, type StepReport } from './counts-reporter.ts';
import type { TestEnvironment } from './environment.ts';
import type { Failure } from './failures.ts';
import type { Step } from './steps.ts';

export interface StepResult {
  readonly step: Step;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly counts: Counts;
  readonly failures: readonly Failure[];
  readonly seconds: number;
  /** What it printed, unless that was streamed. */
  readonly output: string;
  /** Why it failed or was skipped, where its own output does not tell. */
  readonly reason?: string;
}

/** Runs one step; vitest's output is streamed, that of the others kept for when they fail. */
export async function runStep(
  step: Step,
  root: string,
  environment: TestEnvironment,
  filters: readonly string[],
): Promise<StepResult> {
  const began = performance.now();
  if (step.needs !== undefined && !existsSync(step.needs)) {
    const counts = { ...noCounts, skipped: 1 };
    const reason = `${step.needs} is missing`;
    return { step, outcome: 'skipped', counts, failures: [], seconds: 0, output: '', reason };
  }
  const reportFile = path.join(environment.folder, `report-${step.name}.json`);
  const { code, output, timedOut } = await execute(step, root, filters, {
    ...environment.variables,
    ...step.env,
    [reportVariable]: reportFile,
  });
  const { counts, failures } = readReport(reportFile);
  const reason = whyFailed(step, code, counts, timedOut);
  const failed = reason !== undefined && counts.failed === 0 ? 1 : counts.failed;
  return {
    step,
    outcome: failed > 0 ? 'failed' : 'passed',
    counts: { ...counts, failed },
    failures:
      step.vitest || failed === 0 ? failures : [{ where: step.command.join(' '), error: output }],
    seconds: (performance.now() - began) / 1000,
    output,
    ...(reason !== undefined && { reason }),
  };
}

function whyFailed(
  step: Step,
  code: number | string,
  counts: Counts,
  timedOut: boolean,
): string | undefined {
  if (timedOut) return `not done after ${step.limitMinutes} minutes`;
  if (code !== 0) return `${step.command[0]} ended with ${code}`;
  if (step.vitest && counts.passed + counts.failed === 0) return 'no test ran';
  return undefined;
}

interface Execution {
  readonly code: number | string;
  readonly output: string;
  readonly timedOut: boolean;
}

function execute(
  step: Step,
  root: string,
  filters: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Execution> {
  const [program, ...args] = step.command;
  const given = step.vitest ? [...args, ...filters] : args;
  return new Promise((resolve, reject) => {
    const child = spawn(path.join(root, 'node_modules/.bin', program ?? ''), given, {
      cwd: root,
      env,
      stdio: ['ignore', step.vitest ? 'inherit' : 'pipe', step.vitest ? 'inherit' : 'pipe'],
    });
    let output = '';
    const keep = (chunk: string): void => {
      output += chunk;
    };
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    let timedOut = false;
    const limit = setTimeout(() => {
      timedOut = true;
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), 5000).unref();
    }, step.limitMinutes * 60_000);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      resolve({ code: code ?? signal ?? 'an unknown end', output, timedOut });
    });
  });
}

function readReport(file: string): StepReport {
  if (!existsSync(file)) return { counts: noCounts, failures: [] };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own reporter wrote it
  return JSON.parse(readFileSync(file, 'utf8')) as StepReport;
}
