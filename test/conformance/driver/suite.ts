import { glob, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

import { runProgram } from '../../harness/run-program.ts';
import { makeScratch } from '../../harness/scratch.ts';

/** The revisions of the protocol whose requirements the suite has frozen. */
export const revisions = ['2025-11-25', '2026-07-28'] as const;
export type Revision = (typeof revisions)[number];

/** The side that is tested. */
export type Leg = 'server' | 'client';

export interface ScenarioResult {
  readonly scenario: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Which checks failed, and why; warnings of the suite are told too and fail nothing. */
  readonly failures: readonly string[];
  readonly warnings: readonly string[];
}

export interface Requirements {
  /** What decides whether an implementation conforms. */
  readonly scored: readonly string[];
  /** What is run and told only: extensions, later additions. */
  readonly reported: readonly string[];
}

const require = createRequire(import.meta.url);
const manifest = '@modelcontextprotocol/conformance/package.json';
const folder = path.dirname(require.resolve(manifest));

/** The suite's program. */
export const suiteProgram = path.join(folder, 'dist/index.js');

export const suiteVersion: string = require(manifest).version;

/** Runs one command of the suite and reads what its scenarios found. */
export async function runSuite(
  args: readonly [Leg, ...string[]],
  options: { readonly limitMs: number; readonly env?: NodeJS.ProcessEnv },
): Promise<ReadonlyMap<string, ScenarioResult>> {
  await using output = await makeScratch('conformance');
  const command = [suiteProgram, ...args, '--output-dir', output.path];
  const { code, stdout, stderr } = await runProgram(process.execPath, command, options);
  const results = new Map<string, ScenarioResult>();
  for await (const file of glob('**/checks.json', { cwd: output.path })) {
    const scenario = scenarioOf(file, args[0]);
    const checks: readonly Check[] = JSON.parse(
      await readFile(path.join(output.path, file), 'utf8'),
    );
    const result = judge(scenario, checks);
    results.set(
      scenario,
      args[0] === 'server' ? result : await heedClient(result, code, path.join(output.path, file)),
    );
  }
  if (results.size === 0) throw new Error(`the suite found nothing:\n${stdout}\n${stderr}`);
  return results;
}

/** What a revision requires of a leg, from the suite's own files. */
export async function requirementsOf(revision: Revision, leg: Leg): Promise<Requirements> {
  const text = await readFile(path.join(folder, 'requirements', `${revision}.yaml`), 'utf8');
  const scored = /^(?:  - \S+\n)+/m.exec(text.slice(text.indexOf(`\n${leg}:\n`) + leg.length + 3));
  const reported = text.matchAll(/^  - scenario: (?<scenario>\S+)\n    leg: (?<leg>\S+)$/gm);
  return {
    scored: (scored?.[0].match(/(?<=- )\S+/g) ?? []).map(String),
    reported: [...reported]
      .filter(({ groups }) => groups?.['leg'] === leg)
      .map(({ groups }) => groups?.['scenario'] ?? ''),
  };
}

/** One finding of a scenario, as the suite writes it. */
export interface Check {
  readonly id: string;
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  readonly errorMessage?: string;
}

export function judge(scenario: string, checks: readonly Check[]): ScenarioResult {
  const told = (status: Check['status']) =>
    checks
      .filter((check) => check.status === status)
      .map(({ id, errorMessage }) => `${id}: ${errorMessage ?? 'no reason given'}`);
  const failures = told('FAILURE');
  // That messages have the right shape is checked of every scenario, whatever it is about.
  const isSkipped = checks.every(
    ({ id, status }) => status === 'SKIPPED' || id === 'wire-schema-valid',
  );
  return {
    scenario,
    outcome: failures.length > 0 ? 'failed' : isSkipped ? 'skipped' : 'passed',
    failures,
    warnings: told('WARNING'),
  };
}

/** A client that ended with an error has failed, though no check says so. */
async function heedClient(
  result: ScenarioResult,
  code: number | null,
  checksFile: string,
): Promise<ScenarioResult> {
  if (code === 0) return result;
  const complaints = await readFile(path.join(path.dirname(checksFile), 'stderr.txt'), 'utf8');
  if (complaints === '') return result; // the code is about the checks
  return { ...result, outcome: 'failed', failures: [...result.failures, complaints] };
}

/** Folders are named `<leg>-<scenario>-<time>`, and `<scenario>-<time>` for clients. */
function scenarioOf(file: string, leg: Leg): string {
  const name = path.dirname(file).replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, '');
  return leg === 'server' ? name.replace(/^server-/, '') : name;
}
