import type { Interface } from 'node:readline/promises';

import { CliError } from './cli-error.ts';
import { untilStopped } from './until-stopped.ts';

/**
 * Waits for a line of a person. Rejects with a `CliError` when there will be none: the input ended
 * (Ctrl-D), or they want to stop (Ctrl-C).
 */
export async function askLine(lines: Interface, question: string): Promise<string> {
  const { promise: left, reject } = Promise.withResolvers<never>();
  const interrupt = (): void => reject(new CliError('interrupted', 'Stopped. Nothing was done.'));
  using stop = untilStopped();
  stop.signal.addEventListener('abort', interrupt, { once: true });
  // Where the terminal leaves Ctrl-C to us it is no signal.
  lines.once('SIGINT', interrupt);
  lines.once('close', () =>
    reject(new CliError('failed', 'Nothing was done.', { code: 'not_confirmed' })),
  );
  return await Promise.race([lines.question(question), left]);
}
