import { z } from 'zod';

/** Where our own facts lie in the `_meta` of an entry. */
export const launchHintsKey = 'dev.plugboard/launch';

/**
 * How Plugboard starts a server unless an admin says otherwise. In `arguments` and the values of
 * `env`, `{workDir}` stands for the instance's own writable folder.
 */
export const launchHintsSchema = z.strictObject({
  /** The short name it goes by, also the slug offered for its first instance. */
  id: z.string().regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/),
  arguments: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  network: z.discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('off') }),
    z.strictObject({ mode: z.literal('allow'), hosts: z.array(z.string()).min(1) }),
    z.strictObject({ mode: z.literal('open') }),
  ]),
  /** Why it needs the network that it needs; shown where an admin decides. */
  networkReason: z.string(),
  limits: z.strictObject({
    memoryMb: z.int().positive(),
    cpus: z.number().positive(),
    pids: z.int().positive(),
  }),
  /** Programs of the host that it cannot do without. */
  requires: z.array(z.string()),
});

export type LaunchHints = z.infer<typeof launchHintsSchema>;
