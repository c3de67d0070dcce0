import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { CliError } from '../cli-error.ts';
import type { Terminal } from '../terminal.ts';

/** Reads `NAME=value` options into a record. */
export function parseNamedValues(option: string, given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new CliError('usage', `${option} takes NAME=value, not "${pair}".`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/**
 * Reads secrets given as `NAME`, which stands in the environment variable of that name, or as
 * `NAME=@file`. A value on the command line is refused: every user of the machine could read it.
 */
export async function readSecrets(
  given: readonly string[],
  { env, cwd }: Terminal,
): Promise<Record<string, string>> {
  const secrets: Record<string, string> = {};
  for (const item of given) {
    const at = item.indexOf('=');
    const name = at < 0 ? item : item.slice(0, at);
    const source = at < 0 ? undefined : item.slice(at + 1);
    const value = source === undefined ? env[name] : await readSecretFile(name, source, cwd);
    if (value === undefined) {
      throw new CliError(
        'usage',
        `The secret ${name} is to come from the environment variable ${name}, which is not set.`,
        {
          cure: `set ${name}, or name a file: --secret ${name}=@path`,
        },
      );
    }
    secrets[name] = value;
  }
  return secrets;
}

async function readSecretFile(name: string, source: string, cwd: string): Promise<string> {
  if (!source.startsWith('@')) {
    throw new CliError(
      'usage',
      `The secret ${name} must not stand on the command line, where other users can see it.`,
      {
        cure: `set it in the environment and give --secret ${name}, or name a file: --secret ${name}=@path`,
      },
    );
  }
  const file = path.resolve(cwd, source.slice(1));
  try {
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw new CliError('usage', `The secret ${name} cannot be read from ${file}.`, {
      cause: error,
    });
  }
}
