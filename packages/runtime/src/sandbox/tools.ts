import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** System folders only: a tool that isolates must not come from a folder that others may write. */
const folders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin'];

/** The absolute path of a system program, or undefined. */
export async function findTool(name: string): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, name);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return undefined;
}

/** The search path for servers and for the tools that start them. */
export const systemPath = ['/usr/local/bin', '/usr/bin', '/bin'].join(delimiter);
