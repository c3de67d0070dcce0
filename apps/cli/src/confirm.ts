import { Writable } from 'node:stream';
import { createInterface } from 'node:readline/promises';

import { askLine } from './ask-line.ts';
import { CliError } from './cli-error.ts';
import type { Session } from './session.ts';

/**
 * Asks whether what was just shown is to be done. Resolves when it is; without a terminal to ask at
 * it is not, unless `yes`. Rejects with a `CliError`: exit code 2 when nobody could be asked, 130 when they
 * stop with Ctrl-C.
 */
export async function confirmPlan(
  { terminal, json }: Session,
  question: string,
  yes: boolean,
): Promise<void> {
  if (yes) return;
  const canAsk = 'isTTY' in terminal.stdin && terminal.stdin.isTTY === true && !json;
  if (!canAsk) {
    throw new CliError('usage', 'Nothing was done: this is only the plan.', {
      cure: 'do it by adding --yes to the same command',
      code: 'not_confirmed',
    });
  }
  const output = new Writable({
    write(chunk: Buffer, _, done) {
      terminal.err(chunk.toString());
      done();
    },
  });
  const lines = createInterface({ input: terminal.stdin, output });
  try {
    const answer = await askLine(lines, `${question} [y/N] `);
    if (/^y(?:es)?$/i.test(answer.trim())) return;
  } catch (error) {
    terminal.err('\n');
    throw error;
  } finally {
    lines.close();
  }
  throw new CliError('failed', 'Nothing was done.', { code: 'not_confirmed' });
}
