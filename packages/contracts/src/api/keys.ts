import { z } from 'zod';

import { procedure } from './errors.ts';
import { timestampSchema } from './values.ts';
import { idSchema } from './vocabulary.ts';

const providerKinds = ['file', 'env', 'aws-kms', 'gcp-kms', 'vault-transit'] as const;

const providerSchema = z
  .string()
  .min(1, 'name a provider')
  .max(1000, 'at most 1000 characters')
  .regex(
    /^(?:file|env|(?:aws-kms|gcp-kms|vault-transit):\S+)$/,
    'a provider is file, env, aws-kms:<key ARN>, gcp-kms:<resource name> or vault-transit:<url>/<key>',
  );

const rotationSchema = z.object({
  id: idSchema,
  /** Owner keys of this organization, or the master key of the whole installation. */
  kind: z.enum(['owner', 'master']),
  state: z.enum(['running', 'succeeded', 'failed']),
  /** Sealed values and keys that were seen to, of so many. */
  done: z.int(),
  total: z.int(),
  /** What did not go well, for people. */
  note: z.string().optional(),
  startedAt: timestampSchema,
  finishedAt: timestampSchema.optional(),
});

const masterKeySchema = z.object({
  /** Its fingerprint. */
  id: z.string(),
  provider: z.enum(providerKinds),
  /** Which of the provider's keys wraps it, where one does. */
  providerKey: z.string().optional(),
  since: timestampSchema,
  /** Since when nothing is sealed under it any more; absent for the one in force. */
  replacedAt: timestampSchema.optional(),
  /** Whether something is still sealed under it. */
  inUse: z.boolean(),
});

const vaultStatusSchema = z.object({
  /** The one in force. */
  masterKey: masterKeySchema,
  /** Those before it, newest first. */
  former: z.array(masterKeySchema),
  /** What this node was told to use; another than the master key's after a move, until it is set. */
  configuredProvider: z.string(),
  ownerKeys: z.object({
    organization: z.int(),
    members: z.int(),
    agents: z.int(),
    /** Replaced, and kept for an hour after what they sealed was sealed anew. */
    former: z.int(),
  }),
  /** Newest first, at most ten. */
  rotations: z.array(rotationSchema),
});

export type KeyRotation = z.output<typeof rotationSchema>;
export type VaultStatus = z.output<typeof vaultStatusSchema>;

const tags = ['vault'];

export const keysContract = {
  status: procedure
    .route({ method: 'GET', path: '/vault', tags, summary: 'Which keys there are, and rotations' })
    .output(vaultStatusSchema),
  rotate: procedure
    .route({
      method: 'POST',
      path: '/vault/rotate',
      tags,
      summary: 'Give the organization, its members and agents new keys; what they seal follows',
    })
    .output(rotationSchema),
  rotateMaster: procedure
    .route({
      method: 'POST',
      path: '/vault/rotate-master',
      tags,
      summary: 'Replace the master key of the installation, or move it to another provider',
    })
    .input(z.object({ provider: providerSchema.optional() }))
    .output(rotationSchema),
  rotation: procedure
    .route({
      method: 'GET',
      path: '/vault/rotations/{rotation}',
      tags,
      summary: 'How far a rotation has come',
    })
    .input(z.object({ rotation: idSchema }))
    .output(rotationSchema),
};
