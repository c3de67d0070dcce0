import { realpath } from 'node:fs/promises';
import { isAbsolute, normalize } from 'node:path';

import { AppError } from '@plugboard/contracts';

import type { ProcessLaunch } from '../instance.ts';
import { contains } from '../sandbox/filesystem-view.ts';

/** The folders of a launch without links, so that what is shown is what was checked. */
export async function resolveFolders(
  { installDir, mounts }: ProcessLaunch,
  dataDir: string,
): Promise<Pick<ProcessLaunch, 'installDir' | 'mounts'>> {
  return {
    installDir: await resolveFolder(installDir),
    mounts: await Promise.all(
      mounts.map(async ({ path, writable }) => {
        const real = await resolveFolder(path);
        if (['/', '/proc', '/dev', '/sys', '/tmp'].includes(real) || contains(dataDir, real)) {
          throw new AppError(
            'invalid_input',
            `${path} cannot be shown to a server. Name a folder that is not the root, a system tree, or inside Plugboard's data directory.`,
          );
        }
        return { path: real, writable };
      }),
    ),
  };
}

async function resolveFolder(path: string): Promise<string> {
  if (!isAbsolute(path) || path.includes('\0')) {
    throw new AppError('invalid_input', `${JSON.stringify(path)} is not an absolute path.`);
  }
  return realpath(normalize(path)).catch((cause: unknown) => {
    throw new AppError('invalid_input', `${path} does not exist or cannot be read.`, { cause });
  });
}
