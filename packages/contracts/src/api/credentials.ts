import { z } from 'zod';

import {
  accountKinds,
  accountSlotSchema,
  accountViewSchema,
  bindingPlaceSchema,
  bindingTemplateSchema,
  bindingViewSchema,
  credentialOwnerSchema,
  credentialRefSchema,
  instanceCredentialsSchema,
  slotNameSchema,
} from './credential-bindings.ts';
import { ownerInputSchema } from './credential-owner.ts';
import { procedure } from './errors.ts';
import {
  displayNameSchema,
  doneSchema,
  futureTimestampSchema,
  queryBoolean,
  queryInteger,
  refSchema,
  timestampSchema,
} from './values.ts';
import { idSchema, slugSchema } from './vocabulary.ts';

/** `oauth` ones are made by connecting an account. */
export const credentialKinds = [
  'api_key',
  'oauth',
  'database',
  'service_account',
  'basic',
  'custom',
] as const;

const kindSchema = z.enum(credentialKinds, {
  error: `a kind is one of ${credentialKinds.join(', ')}`,
});

/** Names beside which an id cannot be mistaken. */
const nameSchema = displayNameSchema.refine(
  (text) => !idSchema.safeParse(text).success,
  'must not be an id',
);

const labelSchema = z
  .string()
  .trim()
  .regex(/^[a-z0-9][a-z0-9._:/-]{0,49}$/, 'a label such as "prod" or "team:payments"');
const labelsSchema = z.array(labelSchema).max(20, 'at most 20 labels');

/**
 * What is kept secret, by field. `api_key`: key, and url for a service of one's own. `database`: dsn,
 * or engine, host, port, database, username, password. `service_account`: json. `basic`: username,
 * password. `custom`: fields of any name.
 */
const fieldsSchema = z.record(z.string(), z.string().max(65_536, 'at most 65536 characters'), {
  error: 'fields are texts by name',
});

const testSchema = z.object({
  at: timestampSchema,
  /** `unknown`: the service could not be asked, or nothing is known of how to ask it. */
  outcome: z.enum(['accepted', 'refused', 'unknown']),
  message: z.string(),
});

const credentialSchema = z.object({
  id: idSchema,
  name: z.string(),
  kind: kindSchema,
  /** The service, such as github; absent when none is known. */
  provider: z.string().optional(),
  owner: credentialOwnerSchema,
  labels: z.array(z.string()),
  /** What may be shown: the names of its fields, a hint of its last characters, a user name, a host. */
  facts: z.record(z.string(), z.unknown()),
  version: z.int(),
  expiresAt: timestampSchema.optional(),
  /** `soon`: within 14 days. */
  expiry: z.enum(['never', 'later', 'soon', 'expired']),
  test: testSchema.optional(),
  /** How many slots of instances it fills. */
  uses: z.int(),
  createdBy: z.object({ id: idSchema, name: z.string() }).optional(),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
  /** To the minute; absent when it never was. */
  lastOpenedAt: timestampSchema.optional(),
});

export type CredentialView = z.output<typeof credentialSchema>;
export type CredentialTest = z.output<typeof testSchema>;

const adviceSchema = z.array(z.string());
/** With what is worth knowing of it, such as that a password is weak. Never quotes it. */
const storedSchema = credentialSchema.extend({ advice: adviceSchema });

export type StoredCredential = z.output<typeof storedSchema>;

const shownSchema = credentialSchema.extend({ bindings: z.array(bindingViewSchema) });

export type ShownCredential = z.output<typeof shownSchema>;

const versionSchema = z.object({
  version: z.int(),
  current: z.boolean(),
  /** Whether it can be gone back to. */
  kept: z.boolean(),
  note: z.string().optional(),
  createdBy: z.object({ id: idSchema, name: z.string() }).optional(),
  createdAt: timestampSchema,
  destroyedAt: timestampSchema.optional(),
});

export type CredentialVersionView = z.output<typeof versionSchema>;

const createSchema = z.strictObject({
  name: nameSchema,
  kind: kindSchema.exclude(['oauth'], {
    error:
      'a kind is one of api_key, database, service_account, basic, custom; OAuth accounts are connected (POST /connections)',
  }),
  provider: slugSchema.optional(),
  owner: ownerInputSchema,
  fields: fieldsSchema,
  labels: labelsSchema.optional(),
  expiresAt: futureTimestampSchema.optional(),
  note: z.string().trim().max(500, 'at most 500 characters').optional(),
});

export type CreateCredentialInput = z.output<typeof createSchema>;

const replaceSchema = z.strictObject({
  credential: credentialRefSchema,
  fields: fieldsSchema,
  /** Whether the versions before can be gone back to; otherwise they are destroyed. */
  keep: z.boolean().default(true),
  /** When another version is current, nothing is done (`conflict`). */
  expectedVersion: z.int().min(1).optional(),
  /** Null for one that does not expire; as it was when absent. */
  expiresAt: futureTimestampSchema.nullable().optional(),
  note: z.string().trim().max(500, 'at most 500 characters').optional(),
});

export type ReplaceCredentialInput = z.output<typeof replaceSchema>;

const changeSchema = z.strictObject({
  credential: credentialRefSchema,
  name: nameSchema.optional(),
  provider: slugSchema.nullable().optional(),
  labels: labelsSchema.optional(),
  expiresAt: z.iso.datetime({ offset: true }).nullable().optional(),
});

export type ChangeCredentialInput = z.output<typeof changeSchema>;

const listSchema = z.strictObject({
  /** Words that its name, provider or a label has. */
  q: z.string().trim().max(200).optional(),
  kind: kindSchema.optional(),
  provider: slugSchema.optional(),
  label: labelSchema.optional(),
  owner: z.enum(['organization', 'member', 'agent']).optional(),
  agent: refSchema.optional(),
  /** None but your own. */
  mine: queryBoolean.optional(),
  /** Those that expire within so many days, or have. */
  expiring: queryInteger(0, 3650).optional(),
  /** Those that fill no slot. */
  unused: queryBoolean.optional(),
});

export type ListCredentialsInput = z.output<typeof listSchema>;

const refs = z.array(credentialRefSchema).min(1, 'name at least one').max(200, 'at most 200');
const bulkSchema = z.discriminatedUnion(
  'action',
  [
    z.strictObject({
      action: z.literal('label'),
      credentials: refs,
      add: labelsSchema.default([]),
      remove: labelsSchema.default([]),
    }),
    z.strictObject({
      action: z.literal('destroy'),
      credentials: refs,
      force: z.boolean().default(false),
    }),
    z.strictObject({ action: z.literal('test'), credentials: refs }),
    z.strictObject({
      action: z.literal('expiry'),
      credentials: refs,
      expiresAt: z.iso.datetime({ offset: true }).nullable(),
    }),
  ],
  { error: 'an action is label, destroy, test or expiry' },
);

export type BulkCredentialsInput = z.output<typeof bulkSchema>;

const outcomeSchema = z.object({
  credential: z.string(),
  id: idSchema.optional(),
  ok: z.boolean(),
  /** What was done, or why it was not. */
  message: z.string(),
  code: z.string().optional(),
});

export type BulkOutcome = z.output<typeof outcomeSchema>;

const tags = ['credentials'];
const one = z.strictObject({ credential: credentialRefSchema });
const instanceTags = ['credentials', 'instances'];

export const credentialsContract = {
  list: procedure
    .route({
      method: 'GET',
      path: '/credentials',
      tags,
      summary: 'List credentials, without what is secret in them',
    })
    .input(listSchema.optional())
    .output(z.object({ credentials: z.array(credentialSchema) })),
  create: procedure
    .route({
      method: 'POST',
      path: '/credentials',
      tags,
      summary: 'Seal a credential; what is secret in it is never shown again',
      successStatus: 201,
    })
    .input(createSchema)
    .output(storedSchema),
  bulk: procedure
    .route({
      method: 'POST',
      path: '/credentials/bulk',
      tags,
      summary: 'Label, destroy, test or date many credentials, telling of each',
    })
    .input(bulkSchema)
    .output(z.object({ outcomes: z.array(outcomeSchema) })),
  get: procedure
    .route({
      method: 'GET',
      path: '/credentials/{credential}',
      tags,
      summary: 'Show what is known of one credential, and what it fills',
    })
    .input(one)
    .output(shownSchema),
  change: procedure
    .route({
      method: 'PATCH',
      path: '/credentials/{credential}',
      tags,
      summary: 'Rename or label a credential, or say when it expires',
    })
    .input(changeSchema)
    .output(credentialSchema),
  destroy: procedure
    .route({
      method: 'DELETE',
      path: '/credentials/{credential}',
      tags,
      summary: 'Destroy a credential with its key, so that no copy of it can be opened',
    })
    .input(
      z.strictObject({
        credential: credentialRefSchema,
        /** Also when it fills slots, which are then empty. */
        force: z.boolean().optional(),
      }),
    )
    .output(doneSchema),
  replace: procedure
    .route({
      method: 'POST',
      path: '/credentials/{credential}/replace',
      tags,
      summary: 'Put a new version in place; what uses it starts anew with it',
    })
    .input(replaceSchema)
    .output(storedSchema),
  versions: procedure
    .route({
      method: 'GET',
      path: '/credentials/{credential}/versions',
      tags,
      summary: 'List the versions of a credential, newest first',
    })
    .input(one)
    .output(z.object({ versions: z.array(versionSchema) })),
  rollBack: procedure
    .route({
      method: 'POST',
      path: '/credentials/{credential}/rollback',
      tags,
      summary: 'Put what an earlier version held in place again, as a new version',
    })
    .input(z.strictObject({ credential: credentialRefSchema, version: z.int().min(1) }))
    .output(credentialSchema),
  test: procedure
    .route({
      method: 'POST',
      path: '/credentials/{credential}/test',
      tags,
      summary: 'Ask the service whether it accepts a credential',
    })
    .input(one)
    .output(testSchema),

  bindings: {
    list: procedure
      .route({
        method: 'GET',
        path: '/instances/{instance}/credentials',
        tags: instanceTags,
        summary: 'Whose account an instance uses, its slots for secrets, and what fills each',
      })
      .input(z.strictObject({ instance: refSchema }))
      .output(instanceCredentialsSchema),
    // Not bind: the client's parts are functions, which have one of their own.
    put: procedure
      .route({
        method: 'PUT',
        path: '/instances/{instance}/credentials/{slot}',
        tags: instanceTags,
        summary: 'Fill a slot with a credential: for everybody, for yourself or for an agent',
      })
      .input(
        z.strictObject({
          instance: refSchema,
          slot: slotNameSchema,
          credential: credentialRefSchema,
          /** As the slot has it, or a variable or header, when absent. */
          place: bindingPlaceSchema.optional(),
          /** As the slot has it, or what is usual for the kind, when absent. */
          template: bindingTemplateSchema.optional(),
          /** For whose calls; as the credential's owner has it when absent. */
          for: ownerInputSchema.optional(),
        }),
      )
      .output(bindingViewSchema),
    remove: procedure
      .route({
        method: 'DELETE',
        path: '/instances/{instance}/credentials/{slot}',
        tags: instanceTags,
        summary: 'Empty a slot; copies that ran with it stop',
      })
      .input(
        z.strictObject({
          instance: refSchema,
          slot: slotNameSchema,
          for: z.enum(['organization', 'member', 'agent']).default('organization'),
          agent: refSchema.optional(),
        }),
      )
      .output(doneSchema),
    confirm: procedure
      .route({
        method: 'POST',
        path: '/instances/{instance}/credentials/confirm',
        tags: instanceTags,
        summary: 'Let a server that was changed have again what you, or an agent, lent it',
      })
      .input(
        z.strictObject({
          instance: refSchema,
          /** The digest of the destination that was shown. */
          destination: z.string().max(100),
          /** For an agent's account; for your own when absent. */
          agent: refSchema.optional(),
        }),
      )
      .output(z.object({ confirmed: z.array(z.string()) })),
    setAccount: procedure
      .route({
        method: 'PUT',
        path: '/instances/{instance}/account',
        tags: instanceTags,
        summary: "Say whose account an instance's calls use, and what each has to provide",
      })
      .input(
        z.strictObject({
          instance: refSchema,
          account: z.enum(accountKinds, { error: 'an account is organization, member or agent' }),
          /** What members or agents provide besides the secrets that its catalog entry names. */
          slots: z.array(accountSlotSchema).max(50).optional(),
        }),
      )
      .output(instanceCredentialsSchema),
    accounts: procedure
      .route({
        method: 'GET',
        path: '/instances/{instance}/accounts',
        tags: instanceTags,
        summary: 'What you have to provide before your calls can use an instance',
      })
      .input(z.strictObject({ instance: refSchema }))
      .output(accountViewSchema),
    mine: procedure
      .route({
        method: 'GET',
        path: '/accounts',
        tags: instanceTags,
        summary: 'What you have to provide to all instances that ask it of members',
      })
      .output(z.object({ accounts: z.array(accountViewSchema) })),
    refresh: procedure
      .route({
        method: 'POST',
        path: '/instances/{instance}/credentials/refresh',
        tags: instanceTags,
        summary: 'Open the credentials of an instance anew and restart what runs with them',
      })
      .input(z.strictObject({ instance: refSchema }))
      .output(z.object({ restarted: z.int(), missing: z.array(z.string()) })),
  },
};
