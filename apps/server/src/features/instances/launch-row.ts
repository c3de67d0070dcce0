import { join, relative } from 'node:path';

import type { ProcessLaunch, RemoteLaunch } from '@plugboard/runtime';
import { z } from 'zod';

import {
  argumentsSchema,
  environmentVariablesSchema,
  headersSchema,
  limitsSchema,
  mountSchema,
  networkPolicySchema,
  remoteTransportSchema,
} from '@plugboard/contracts/api';

export type Launch = ProcessLaunch | RemoteLaunch;

const launchSchema = z.discriminatedUnion('driver', [
  z.object({
    driver: z.literal('process'),
    /** Relative to the data directory, so that it can be moved. */
    installDir: z.string(),
    entry: z.string(),
    args: argumentsSchema,
    env: environmentVariablesSchema,
    network: networkPolicySchema,
    limits: limitsSchema,
    mounts: z.array(mountSchema),
  }),
  z.object({
    driver: z.literal('remote'),
    transport: remoteTransportSchema,
    url: z.string(),
    headers: headersSchema,
    allowPrivateNetwork: z.boolean(),
  }),
]);

const secretNamesSchema = z.record(z.string(), z.string());
const sealedSecretsSchema = z.record(z.string(), z.base64());

/** A launch as it is stored: JSON text, with paths of the data directory relative to it. */
export function launchToRow(launch: Launch, dataDir: string): string {
  return JSON.stringify(
    launch.driver === 'process'
      ? { ...launch, installDir: relative(dataDir, launch.installDir) }
      : launch,
  );
}

export function launchFromRow(stored: unknown, dataDir: string): Launch {
  const launch = launchSchema.parse(stored);
  return launch.driver === 'process'
    ? { ...launch, installDir: join(dataDir, launch.installDir) }
    : launch;
}

/** Names of sealed values, which lists of instances need and not what is sealed. */
export function secretNamesFromRow(stored: unknown): string[] {
  return Object.keys(secretNamesSchema.parse(stored));
}

/** Sealed values by name. */
export function sealedSecretsFromRow(stored: unknown): ReadonlyMap<string, Buffer> {
  const sealed = sealedSecretsSchema.parse(stored);
  return new Map(Object.entries(sealed).map(([name, text]) => [name, Buffer.from(text, 'base64')]));
}
