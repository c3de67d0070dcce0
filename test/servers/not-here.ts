import { accessSync } from 'node:fs';

import type { BundledServer } from '@plugboard/catalog';

import { trials } from './trials.ts';

/** Why a server cannot be tried on this computer; undefined when it can. */
export function whyNotHere({ server, meta }: BundledServer): string | undefined {
  const types = new Set((server.packages ?? []).map(({ registryType }) => registryType));
  if (!types.has('npm')) {
    const ways = [
      ...(types.has('pypi') ? ['a Python package'] : []),
      ...(types.has('oci') ? ['a container image'] : []),
      ...(server.remotes ? ['hosted by its publisher'] : []),
    ];
    return ways.join(', or ');
  }
  if (meta.offline === 'no') return 'does not start without a network';
  const scripts = trials[meta.id]?.needsScripts;
  if (scripts !== undefined) return `needs install scripts: ${scripts}`;
  const program = meta.launch.requires.find((path) => !exists(path));
  return program === undefined ? undefined : `needs ${program}`;
}

function exists(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}
