import { eventIterator } from '@orpc/contract';
import { z } from 'zod';

import { levels } from '../levels.ts';
import { offeringKinds } from '../offerings.ts';
import { procedure } from './errors.ts';
import { queryBoolean, queryInteger, refSchema, timestampSchema } from './values.ts';
import { idSchema } from './vocabulary.ts';

const versionSchema = z
  .string()
  .trim()
  .min(1, 'name a version')
  .max(255, 'at most 255 characters')
  .regex(/^[A-Za-z0-9][\w.+-]*$/, 'an exact version such as "1.4.0"');

const knownVersionSchema = z.object({
  version: z.string(),
  publishedAt: timestampSchema.optional(),
  deprecated: z.string().optional(),
  /** The Node versions that it accepts, when the one here is none of them. */
  unfitEngine: z.string().optional(),
});

/** What an instance could become, by the registry of its package or the catalog. */
const updatesSchema = z.object({
  patch: knownVersionSchema.optional(),
  minor: knownVersionSchema.optional(),
  major: knownVersionSchema.optional(),
  /** The newest that promises to be compatible. */
  compatible: knownVersionSchema.optional(),
  newest: knownVersionSchema.optional(),
  /** Newer ones that are passed over. */
  skipped: z.array(
    z.object({ version: z.string(), reason: z.enum(['prerelease', 'deprecated', 'engine']) }),
  ),
  /** Why the publisher advises against the installed version. */
  deprecated: z.string().optional(),
  /** Whether the installed version is no longer to be had. */
  yanked: z.boolean(),
});

const instanceUpdatesSchema = z.object({
  id: idSchema,
  slug: z.string(),
  server: z.string(),
  current: z.string(),
  /** Who tells of its versions; nobody tells of a remote that the catalog does not have. */
  from: z.enum(['npm', 'catalog', 'nobody']),
  /** Absent when it could not be found out, and `problem` says why. */
  updates: updatesSchema.optional(),
  problem: z.string().optional(),
});

export type InstanceUpdates = z.output<typeof instanceUpdatesSchema>;

const changeClassSchema = z.enum(['breaking', 'compatible', 'description']);

const contractDiffSchema = z.object({
  breaking: z.boolean(),
  /** Breaking ones first. */
  changes: z.array(
    z.object({
      kind: z.enum(offeringKinds),
      name: z.string(),
      change: z.enum(['added', 'removed', 'changed']),
      class: changeClassSchema,
      levelBefore: z.enum(levels).optional(),
      levelAfter: z.enum(levels).optional(),
      reasons: z.array(z.object({ path: z.string(), text: z.string(), class: changeClassSchema })),
      /** What was likely put in its place, or what it likely was. */
      renamed: z.string().optional(),
    }),
  ),
  unchanged: z.int(),
});

export type ContractDiffView = z.output<typeof contractDiffSchema>;

const packageSchema = z.object({ name: z.string(), version: z.string() });

export const updatePlanSchema = z.object({
  instance: z.string(),
  from: z.string(),
  to: z.string(),
  step: z.enum(['patch', 'minor', 'major', 'other']),
  deprecated: z.string().optional(),
  /** What is fetched; absent for what is no npm package, the comparison also when the present one is no longer to be had. */
  packages: z
    .object({
      total: z.int(),
      added: z.array(packageSchema).optional(),
      removed: z.array(packageSchema).optional(),
      changed: z
        .array(z.object({ name: z.string(), before: z.string(), after: z.string() }))
        .optional(),
      /** Licences of what is added or licensed otherwise than before. */
      licences: z.array(
        z.object({ name: z.string(), before: z.string().optional(), after: z.string() }),
      ),
      /** Packages that ask to run install scripts. */
      scripts: z.array(z.string()),
      node: z.object({ asked: z.string().optional(), suits: z.boolean() }),
    })
    .optional(),
  contract: contractDiffSchema,
  /** Agents that could no longer use what they can use now, or could use more. */
  affected: z.array(
    z.object({
      agent: z.string(),
      kind: z.enum(offeringKinds),
      name: z.string(),
      effect: z.enum(['loses', 'gains']),
      reason: z.string(),
    }),
  ),
});

export type UpdatePlan = z.output<typeof updatePlanSchema>;

const progressSchema = z.object({
  type: z.literal('progress'),
  step: z.string(),
  message: z.string(),
});

const planEventSchema = z.discriminatedUnion('type', [
  progressSchema,
  z.object({ type: z.literal('done'), plan: updatePlanSchema }),
]);

export type PlanUpdateEvent = z.output<typeof planEventSchema>;

const changedEventSchema = z.discriminatedUnion('type', [
  progressSchema,
  /** The last event. A failure ends the stream with an error instead. */
  z.object({
    type: z.literal('done'),
    instance: z.string(),
    version: z.string(),
    revision: z.int(),
    contract: contractDiffSchema,
  }),
]);

export type InstanceChangedEvent = z.output<typeof changedEventSchema>;

/** A setting, by its path; values only for members who may see how a server is launched. */
const settingChangeSchema = z.object({
  path: z.string(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});

const revisionSchema = z.object({
  revision: z.int(),
  reason: z.enum([
    'installed',
    'updated',
    'configured',
    'inherited',
    'rolled_back',
    'applied',
    'restored',
  ]),
  version: z.string(),
  /** Absent when Plugboard itself made it. */
  memberId: z.string().optional(),
  note: z.string().optional(),
  at: timestampSchema,
  /** Whether it is what the instance is now. */
  current: z.boolean(),
  /** Whether it can be gone back to. */
  kept: z.boolean(),
  /** What it changed of the revision before. */
  changed: z.array(settingChangeSchema),
  secretsChanged: z.array(z.string()),
  offerings: z.object({ added: z.int(), removed: z.int(), changed: z.int() }),
});

export type RevisionView = z.output<typeof revisionSchema>;

const offeringNameSchema = z.object({ kind: z.enum(offeringKinds), name: z.string() });

const revisionDiffSchema = z.object({
  from: z.int(),
  to: z.int(),
  version: z.object({ before: z.string(), after: z.string() }),
  settings: z.array(settingChangeSchema),
  /** Names alone; where secrets of an old revision were forgotten nothing is known of them. */
  secretsChanged: z.array(z.string()),
  contract: z.object({
    added: z.array(offeringNameSchema),
    removed: z.array(offeringNameSchema),
    changed: z.array(offeringNameSchema),
  }),
});

export type RevisionDiff = z.output<typeof revisionDiffSchema>;

const changelogSchema = z.object({
  from: z.string(),
  to: z.string(),
  /** The file that tells; absent when the package ships none. */
  file: z.string().optional(),
  /** Newest first. Markdown as its author wrote it. */
  sections: z.array(z.object({ version: z.string(), text: z.string() })),
  repositoryUrl: z.string().optional(),
  /** Why there is nothing to read. */
  problem: z.string().optional(),
});

export type Changelog = z.output<typeof changelogSchema>;

const noteSchema = z.string().trim().min(1).max(500, 'at most 500 characters');
const tags = ['versions'];
const instance = refSchema;
/** Asks registries although their answers are remembered; for owners and admins. */
const fresh = queryBoolean.optional();
const revision = queryInteger(1, 2_000_000_000);

export const versionsContract = {
  updates: procedure
    .route({
      method: 'GET',
      path: '/updates',
      tags,
      summary: 'What every instance could be updated to',
    })
    .input(z.strictObject({ fresh }).optional())
    .output(z.object({ instances: z.array(instanceUpdatesSchema) })),
  list: procedure
    .route({
      method: 'GET',
      path: '/instances/{instance}/versions',
      tags,
      summary: 'All versions of what an instance runs, newest first',
    })
    .input(z.strictObject({ instance, fresh }))
    .output(instanceUpdatesSchema.extend({ versions: z.array(knownVersionSchema) })),
  changelog: procedure
    .route({
      method: 'GET',
      path: '/instances/{instance}/changelog',
      tags,
      summary: 'What its publisher says of the versions up to another one',
    })
    .input(z.strictObject({ instance, to: versionSchema.optional() }))
    .output(changelogSchema),
  planUpdate: procedure
    .route({
      method: 'POST',
      path: '/instances/{instance}/update/plan',
      tags,
      summary: 'Try an update beside the instance and tell what it would change',
    })
    .input(
      z.strictObject({
        instance,
        /** The newest compatible one when absent. */
        to: versionSchema.optional(),
        approveScripts: z.boolean().optional(),
      }),
    )
    .output(eventIterator(planEventSchema)),
  update: procedure
    .route({
      method: 'POST',
      path: '/instances/{instance}/update',
      tags,
      summary: 'Update an instance; it goes back by itself when that fails with its data',
    })
    .input(
      z.strictObject({
        instance,
        to: versionSchema.optional(),
        /** Whether agents may lose what they use. */
        allowBreaking: z.boolean().optional(),
        approveScripts: z.boolean().optional(),
        note: noteSchema.optional(),
      }),
    )
    .output(eventIterator(changedEventSchema)),
  rollback: procedure
    .route({
      method: 'POST',
      path: '/instances/{instance}/rollback',
      tags,
      summary: 'Make an instance what it was at a revision, as a new revision',
    })
    .input(
      z.strictObject({
        instance,
        /** What it was before it became what it is when absent. */
        revision: revision.optional(),
        /** Keeps the secrets of now, such as ones that were renewed since. */
        keepSecrets: z.boolean().optional(),
        note: noteSchema.optional(),
      }),
    )
    .output(eventIterator(changedEventSchema)),
  history: procedure
    .route({
      method: 'GET',
      path: '/instances/{instance}/revisions',
      tags,
      summary: 'What an instance was, newest first',
    })
    .input(z.strictObject({ instance, limit: queryInteger(1, 500).optional() }))
    .output(
      z.object({
        revisions: z.array(revisionSchema),
        /** Where going back without naming a revision leads; absent when there is no such. */
        previous: z.int().optional(),
      }),
    ),
  diff: procedure
    .route({
      method: 'GET',
      path: '/instances/{instance}/revisions/diff',
      tags,
      summary: 'What changed from one revision to another',
    })
    .input(z.strictObject({ instance, from: revision, to: revision }))
    .output(revisionDiffSchema),
};
