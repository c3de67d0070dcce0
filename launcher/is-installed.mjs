// Exits 0 when node_modules holds what package-lock.json asks for: `node is-installed.mjs ROOT run|full`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [root, kind] = process.argv.slice(2);

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch {
    return undefined; // none yet, or torn by an interrupted install
  }
}

const asked = packagesOf('package-lock.json');
const present = packagesOf('node_modules/.package-lock.json');

function isThere([path, entry]) {
  if (path === '' || !path.includes('node_modules/') || entry.optional || entry.devOptional)
    return true;
  if (entry.dev && kind === 'run') return true;
  const found = present[path];
  return found !== undefined && found.version === entry.version && found.link === entry.link;
}

process.exitCode = asked && present && Object.entries(asked).every(isThere) ? 0 : 1;
