import type { PlannedServer } from '@plugboard/contracts/api';

import type { Terminal } from '../terminal.ts';
import { readSecrets } from './named-values.ts';

/**
 * What the references of a configuration stand for, by `env:NAME` and `input:ID`: from --set, and
 * for variables from the environment, as the client itself would have it. Nothing else is sent.
 */
export async function readGiven(
  missing: PlannedServer['missing'],
  set: readonly string[],
  terminal: Terminal,
): Promise<Record<string, string>> {
  const given = await readSecrets(
    set.filter((item) => isWanted(item, missing)),
    terminal,
  );
  const found: [string, string][] = [];
  for (const { kind, name } of missing) {
    if (kind === 'place') continue;
    const value = Object.hasOwn(given, name)
      ? given[name]
      : kind === 'env'
        ? terminal.env[name]
        : undefined;
    if (value !== undefined) found.push([`${kind}:${name}`, value]);
  }
  return Object.fromEntries(found);
}

function isWanted(item: string, missing: PlannedServer['missing']): boolean {
  const name = item.split('=', 1)[0];
  return missing.some((reference) => reference.name === name);
}
