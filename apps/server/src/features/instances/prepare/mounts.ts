import { realpath, stat } from 'node:fs/promises';
import { relative, sep } from 'node:path';

import { AppError } from '@plugboard/contracts';

export interface Mount {
  readonly path: string;
  readonly writable: boolean;
}

/**
 * The folders a server is to see, by their real paths. Throws `AppError('invalid_input')` for what is
 * no folder, and for any that would show the data directory, where keys and other servers' files are.
 */
export async function checkMounts(
  mounts: readonly Mount[],
  dataDir: string,
): Promise<readonly Mount[]> {
  const guarded = await realpath(dataDir);
  return Promise.all(
    mounts.map(async ({ path, writable }, index) => {
      const field = `mounts.${index}.path`;
      const real = await realFolder(path, field);
      if (holds(real, guarded) || holds(guarded, real)) {
        throw new AppError(
          'invalid_input',
          `${field}: ${path} would show Plugboard's own data directory. Choose a folder apart from it.`,
        );
      }
      return { path: real, writable };
    }),
  );
}

async function realFolder(path: string, field: string): Promise<string> {
  try {
    const real = await realpath(path);
    if ((await stat(real)).isDirectory()) return real;
  } catch (error) {
    throw new AppError('invalid_input', `${field}: there is no folder ${path} that can be read.`, {
      cause: error,
    });
  }
  throw new AppError('invalid_input', `${field}: ${path} is not a folder.`);
}

/** Whether `inner` is `outer` or lies in it. */
function holds(outer: string, inner: string): boolean {
  const path = relative(outer, inner);
  return path === '' || (path !== '..' && !path.startsWith(`..${sep}`));
}
