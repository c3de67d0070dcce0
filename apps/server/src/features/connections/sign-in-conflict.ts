import type { InstallConflict } from '@plugboard/contracts/api';
import type { RemoteLaunch } from '@plugboard/runtime';

import { openNetwork } from './network.ts';
import { probe } from './probe.ts';

/** A plan is looked at by somebody who waits. */
const patienceMs = 5000;

/**
 * Whether a remote server that is given no Authorization answers that it wants a sign-in. One that does
 * not answer is not told of here: adding it will say so.
 */
export async function signInConflicts(
  { url, allowPrivateNetwork }: Pick<RemoteLaunch, 'url' | 'allowPrivateNetwork'>,
  signal: AbortSignal,
): Promise<readonly InstallConflict[]> {
  await using network = await openNetwork({
    allowPrivateNetwork,
    clock: Date.now,
    signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
  });
  const probed = await probe(url, network).catch(() => undefined);
  if (probed?.challenge === undefined) return [];
  return [
    {
      code: 'sign_in_wanted',
      severity: 'warning',
      message: `${new URL(url).host} wants a sign-in, and none is given.`,
      cure: `Connect an account (plugboard connection add ${url} --for organization), and add the server with --credential Authorization=<connection>.`,
      subject: 'Authorization',
    },
  ];
}
