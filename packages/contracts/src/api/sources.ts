import { eventIterator } from '@orpc/contract';
import { z } from 'zod';

import { procedure } from './errors.ts';
import {
  displayNameSchema,
  doneSchema,
  queryInteger,
  refSchema,
  timestampSchema,
} from './values.ts';
import { idSchema, slugSchema } from './vocabulary.ts';

/** `bundled` comes with Plugboard; the others are added by people. */
const addableKinds = ['registry', 'docker', 'folder'] as const;
const audiences = ['admins', 'members', 'public'] as const;
export const syncStates = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;

const audienceSchema = z.enum(audiences, {
  error: 'an audience is one of admins, members, public',
});
const locationSchema = z
  .string()
  .trim()
  .min(1, 'a URL, or a path inside the catalog folder')
  .max(2048, 'at most 2048 characters')
  // oxlint-disable-next-line no-control-regex -- control characters are what it refuses
  .regex(/^[^\u0000-\u0020\u007f]*$/, 'must not contain spaces or control characters');
const prioritySchema = z
  .int('a whole number; the lowest comes first')
  .min(0, 'at least 0')
  .max(10_000, 'at most 10000');
const everyMsSchema = z
  .int('milliseconds')
  .min(60_000, 'at least 60000 (a minute)')
  .max(31 * 86_400_000, 'at most 31 days')
  .nullable();
const tokenSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(8192, 'at most 8192 characters')
  .regex(/^[\u0021-\u007e]+$/, 'a bearer token has no spaces and none but ASCII characters');

/** Entries so far, by what became of them. */
const syncCountsSchema = z.object({
  read: z.int(),
  added: z.int(),
  changed: z.int(),
  /** Marked as deleted: by the source, or because a complete listing no longer has them. */
  removed: z.int(),
  unchanged: z.int(),
  refused: z.int(),
  /** How many there are to read, where the source says. */
  total: z.int().nullable(),
});

const syncSchema = z.object({
  id: idSchema,
  sourceId: idSchema,
  state: z.enum(syncStates),
  counts: syncCountsSchema,
  /** The first of the entries refused, each with why. */
  refusals: z.array(z.object({ name: z.string().optional(), reason: z.string() })),
  /** Why it failed, and what to do. */
  error: z.string().optional(),
  /** The member who asked for it; absent for the schedule. */
  memberId: idSchema.optional(),
  queuedAt: timestampSchema,
  startedAt: timestampSchema.optional(),
  endedAt: timestampSchema.optional(),
});

const sourceSchema = z.object({
  id: idSchema,
  slug: z.string(),
  title: z.string(),
  kind: z.enum(['bundled', ...addableKinds]),
  /** Absent for the bundled one. */
  location: z.string().optional(),
  audience: z.enum(audiences),
  priority: z.int(),
  allowPrivateNetwork: z.boolean(),
  hasToken: z.boolean(),
  enabled: z.boolean(),
  /** Milliseconds between syncs; null for only when asked. */
  everyMs: z.int().nullable(),
  /** Servers of which it has a version that is not deleted. */
  servers: z.int(),
  /** Whether an interrupted sync would go on where it was. */
  resumable: z.boolean(),
  /** The end of its last complete sync. */
  syncedAt: timestampSchema.optional(),
  lastSync: syncSchema.optional(),
  createdAt: timestampSchema,
});

const addSourceSchema = z.strictObject({
  slug: slugSchema,
  title: displayNameSchema.optional(),
  kind: z.enum(addableKinds, { error: 'a kind is one of registry, docker, folder' }),
  /**
   * Of a registry its base URL; of Docker's catalog the URL of its JSON or YAML; of a folder a path
   * inside the catalog folder, or an https git URL.
   */
  location: locationSchema,
  audience: audienceSchema.optional(),
  priority: prioritySchema.optional(),
  /** Also allows plain http. Metadata and link-local addresses stay forbidden. */
  allowPrivateNetwork: z.boolean().optional(),
  /** Sent as a bearer token; sealed, and never shown again. */
  token: tokenSchema.optional(),
  enabled: z.boolean().optional(),
  /** An hour when absent; null for only when asked. */
  everyMs: everyMsSchema.optional(),
});

const changeSourceSchema = z.strictObject({
  source: refSchema,
  title: displayNameSchema.optional(),
  location: locationSchema.optional(),
  audience: audienceSchema.optional(),
  priority: prioritySchema.optional(),
  allowPrivateNetwork: z.boolean().optional(),
  /** Null takes it away. */
  token: tokenSchema.nullable().optional(),
  enabled: z.boolean().optional(),
  everyMs: everyMsSchema.optional(),
});

const syncEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), message: z.string(), sync: syncSchema }),
  /** The last event, however the sync ended: `sync.state` and `sync.error` say. */
  z.object({ type: z.literal('done'), sync: syncSchema }),
]);

export type Source = z.output<typeof sourceSchema>;
export type Sync = z.output<typeof syncSchema>;
export type SyncCounts = z.output<typeof syncCountsSchema>;
export type SyncEvent = z.output<typeof syncEventSchema>;
export type AddSourceInput = z.output<typeof addSourceSchema>;
export type ChangeSourceInput = z.output<typeof changeSourceSchema>;

const tags = ['catalog'];
const sourceInput = z.strictObject({ source: refSchema });
const syncInput = z.strictObject({ source: refSchema, sync: idSchema });

export const sourcesContract = {
  list: procedure
    .route({
      method: 'GET',
      path: '/catalog/sources',
      tags,
      summary: 'List the sources of the catalog',
    })
    .output(z.object({ sources: z.array(sourceSchema) })),
  get: procedure
    .route({
      method: 'GET',
      path: '/catalog/sources/{source}',
      tags,
      summary: 'Show one source with its last sync',
    })
    .input(sourceInput)
    .output(sourceSchema),
  add: procedure
    .route({
      method: 'POST',
      path: '/catalog/sources',
      tags,
      summary: 'Add a source; it is not synced yet',
      successStatus: 201,
    })
    .input(addSourceSchema)
    .output(sourceSchema),
  change: procedure
    .route({
      method: 'PATCH',
      path: '/catalog/sources/{source}',
      tags,
      summary: 'Change a source; another location begins its listing anew',
    })
    .input(changeSourceSchema)
    .output(sourceSchema),
  remove: procedure
    .route({
      method: 'DELETE',
      path: '/catalog/sources/{source}',
      tags,
      summary: 'Remove a source and all that it told',
    })
    .input(sourceInput)
    .output(doneSchema),
  sync: procedure
    .route({
      method: 'POST',
      path: '/catalog/sources/{source}/sync',
      tags,
      summary: 'Sync a source now; answers with the sync, or with the one that is under way',
      successStatus: 202,
    })
    .input(
      z.strictObject({
        source: refSchema,
        /** Reads everything again, and gives up what an interrupted sync had left. */
        full: z.boolean().optional(),
      }),
    )
    .output(syncSchema),
  syncs: {
    list: procedure
      .route({
        method: 'GET',
        path: '/catalog/sources/{source}/syncs',
        tags,
        summary: 'List the syncs of a source, newest first',
      })
      .input(z.strictObject({ source: refSchema, limit: queryInteger(1, 100).optional() }))
      .output(z.object({ syncs: z.array(syncSchema) })),
    get: procedure
      .route({
        method: 'GET',
        path: '/catalog/sources/{source}/syncs/{sync}',
        tags,
        summary: 'Show one sync',
      })
      .input(syncInput)
      .output(syncSchema),
    watch: procedure
      .route({
        method: 'GET',
        path: '/catalog/sources/{source}/syncs/{sync}/events',
        tags,
        summary: 'Follow a sync until it has ended; leaving does not end the sync',
      })
      .input(syncInput)
      .output(eventIterator(syncEventSchema)),
    cancel: procedure
      .route({
        method: 'POST',
        path: '/catalog/sources/{source}/syncs/{sync}/cancel',
        tags,
        summary: 'Cancel a sync; what it has stored stays, and the next one goes on from there',
      })
      .input(syncInput)
      .output(syncSchema),
  },
};
