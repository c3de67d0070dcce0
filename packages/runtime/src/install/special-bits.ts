import { chmod, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const specialBits = 0o7000;

/**
 * Takes the setuid, setgid and sticky bits from all that lies in a folder. npm's engine keeps those of
 * a tarball, and what it unpacks belongs to Plugboard's user: who may execute it would become that user.
 */
export async function clearSpecialBits(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    // A link has no mode of its own, and must not lead the change elsewhere.
    if (!entry.isFile() && !entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const { mode } = await lstat(path);
    if ((mode & specialBits) !== 0) await chmod(path, mode & 0o777);
  }
}
