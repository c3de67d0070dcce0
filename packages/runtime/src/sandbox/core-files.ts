import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { findTool } from './tools.ts';

const run = promisify(execFile);

/**
 * Keeps the memory of this process, where secrets are in clear while they are used, out of core files,
 * and that of all that it starts from then on. Resolves to whether it did: it needs `prlimit`. A
 * kernel that pipes cores to a program asks the program, and the usual ones honour the limit.
 */
export async function forbidCoreFiles(): Promise<boolean> {
  const prlimit = await findTool('prlimit');
  if (prlimit === undefined) return false;
  try {
    await run(prlimit, ['--pid', String(process.pid), '--core=0:0'], { timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}
