import { fileURLToPath } from 'node:url';

import type { Places } from '@plugboard/contracts';

import { homeOf } from '../api/server-address.ts';
import type { Terminal } from '../terminal.ts';

/** Where this machine's clients keep their files. */
export function findPlaces(terminal: Terminal): Places {
  const { platform, env } = terminal;
  const plugboard = fileURLToPath(new URL('../../../../plugboard', import.meta.url));
  return { home: homeOf(terminal), platform, env, plugboard };
}
