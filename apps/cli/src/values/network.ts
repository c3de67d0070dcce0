import type { AddInstanceInput } from '@plugboard/contracts/api';

import { CliError } from '../cli-error.ts';

/** Reads `off`, `open`, or hosts separated by commas. */
export function parseNetwork(text: string): NonNullable<AddInstanceInput['network']> {
  if (text === 'off' || text === 'open') return { mode: text };
  const hosts = text.split(',').filter((host) => host !== '');
  if (hosts.length === 0) throw new CliError('usage', '--network takes off, open, or host names.');
  return { mode: 'allow', hosts };
}
