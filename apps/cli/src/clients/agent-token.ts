import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { CliError } from '../cli-error.ts';
import type { Terminal } from '../terminal.ts';

/**
 * The agent's token: from PLUGBOARD_TOKEN, from a file, or the demo agent's of the data directory.
 * There is no flag that takes it, for every user of the machine can read flags.
 */
export async function findAgentToken(
  terminal: Terminal,
  tokenFile: string | undefined,
  dataDir: string | undefined,
): Promise<string | undefined> {
  if (tokenFile !== undefined) {
    const token = await readToken(path.resolve(terminal.cwd, tokenFile));
    if (token !== undefined) return token;
    throw new CliError('usage', `There is no token file ${tokenFile}.`);
  }
  const given = terminal.env.PLUGBOARD_TOKEN;
  if (given !== undefined && given !== '') return given;
  return dataDir === undefined ? undefined : readToken(path.join(dataDir, 'demo-agent.token'));
}

async function readToken(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
