import { type ExportedServer, instanceSettingsSchema } from '@plugboard/contracts/api';
import { z } from 'zod';

import type { Launch } from '../instances/launch-row.ts';

const npmSchema = z.object({ type: z.literal('npm'), name: z.string(), version: z.string() });

/** How a stored instance would be run by a client: what it comes to, settings and layers included. */
export function exportRun(
  launch: Launch,
  stored: unknown,
  settings: unknown,
): ExportedServer['run'] {
  if (launch.driver === 'remote') {
    const { url, transport, headers } = launch;
    return { kind: 'remote', url, transport, headers: { ...headers } };
  }
  const npm = npmSchema.safeParse(stored);
  if (!npm.success) {
    const why =
      'it is a bundle: give its file to a client that installs bundles, or unpack it and run it';
    return { kind: 'other', why };
  }
  const command = instanceSettingsSchema.safeParse(settings).data?.command;
  return {
    kind: 'npm',
    spec: `${npm.data.name}@${npm.data.version}`,
    ...(command !== undefined && { command }),
    args: [...launch.args],
    env: { ...launch.env },
  };
}
