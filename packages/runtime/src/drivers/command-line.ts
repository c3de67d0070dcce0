import { open, realpath } from 'node:fs/promises';
import { join } from 'node:path';

import { AppError } from '@plugboard/contracts';

import type { ProcessLaunch } from '../instance.ts';
import { contains } from '../sandbox/filesystem-view.ts';

/** Part of the memory limit that V8 may fill; the rest is for buffers, code and stacks. */
const heapShare = 0.75;

/** What to execute for a launch: a program and its arguments, Node by `nodePath`. */
export async function commandLine(launch: ProcessLaunch, nodePath: string): Promise<string[]> {
  const entry = await entryPath(launch);
  const [interpreter, ...options] = await interpreterOf(entry);
  if (interpreter === 'native') return [entry, ...launch.args];
  return [nodePath, ...heapLimit(launch), ...options, entry, ...launch.args];
}

/** Rejects with `invalid_input` for an entry outside the package's folder, `not_found` without one. */
async function entryPath({ installDir, entry }: ProcessLaunch): Promise<string> {
  const path = join(installDir, entry);
  const [root, real] = await Promise.all([
    realpath(installDir).catch(() => undefined),
    realpath(path).catch(() => undefined),
  ]);
  if (root === undefined || real === undefined) {
    throw new AppError(
      'not_found',
      `The installed package has no ${entry} in ${installDir}. Install the server again.`,
    );
  }
  if (!contains(root, real)) {
    throw new AppError('invalid_input', `${entry} lies outside its package's folder.`);
  }
  return path;
}

/** `node` for scripts, with what a `#!` line asks of it; `native` for all that the kernel can execute. */
async function interpreterOf(path: string): Promise<string[]> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0);
    const head = buffer.subarray(0, bytesRead);
    if (bytesRead >= 4 && head.readUInt32BE(0) === elfMagic) return ['native'];
    const firstLine = head.toString('latin1').split('\n', 1)[0]?.trim() ?? '';
    if (!firstLine.startsWith('#!')) return ['node'];
    const words = firstLine.slice(2).trim().split(/\s+/);
    const at = words.findIndex((word) => /(^|\/)node$/.test(word));
    return at === -1 ? ['native'] : ['node', ...words.slice(at + 1)];
  } finally {
    await file.close();
  }
}

const elfMagic = 0x7f454c46;

/** Without it V8 sizes its heap by the host's memory and meets the limit before it collects. */
function heapLimit({ limits, env }: ProcessLaunch): string[] {
  if (env.NODE_OPTIONS?.includes('max-old-space-size') === true) return [];
  return [`--max-old-space-size=${Math.max(32, Math.floor(limits.memoryMb * heapShare))}`];
}
