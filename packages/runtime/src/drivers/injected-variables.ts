import { AppError } from '@plugboard/contracts';

import type { InjectedSecret } from '../instance.ts';

/** The secrets among `injected` that become variables of a process. */
export function injectedVariables(
  injected: readonly InjectedSecret[],
): Readonly<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const { slot, place, value } of injected) {
    if (place !== 'env') {
      throw new AppError('invalid_input', `A server process cannot be given ${slot} as ${place}.`);
    }
    env[slot] = value.reveal();
  }
  return env;
}
