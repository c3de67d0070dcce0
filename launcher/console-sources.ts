import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const rooms = [
  'apps/console/build',
  'apps/console/public',
  'apps/console/src',
  'packages/contracts/src',
];
const files = [
  'apps/console/index.html',
  'apps/console/package.json',
  'apps/console/vite.config.ts',
  'package-lock.json',
];

/** A hash of all that the built console is made of. */
export async function hashConsoleSources(root: string): Promise<string> {
  const within = await Promise.all(rooms.map((room) => listFiles(root, room)));
  const paths = [...files, ...within.flat()].toSorted();
  const hash = createHash('sha256');
  for (const path of paths) {
    const text = await readFile(join(root, path));
    hash.update(`${path}\n${text.length}\n`).update(text);
  }
  return hash.digest('hex');
}

async function listFiles(root: string, room: string): Promise<string[]> {
  const entries = await readdir(join(root, room), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  return entries
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}
