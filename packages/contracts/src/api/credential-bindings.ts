import { z } from 'zod';

import { timestampSchema } from './values.ts';
import { idSchema } from './vocabulary.ts';

/** Whose account an instance's calls use: one for all, each member's own, or each agent's own. */
export const accountKinds = ['organization', 'member', 'agent'] as const;

/** A credential by its id, or by its name where only one that you may see has it. */
export const credentialRefSchema = z.string().trim().min(1, 'an id or a name').max(100);

export const credentialOwnerSchema = z.object({
  kind: z.enum(['organization', 'member', 'agent']),
  /** Absent for the organization. */
  id: idSchema.optional(),
  name: z.string(),
});

export type CredentialOwnerView = z.output<typeof credentialOwnerSchema>;

/** A variable's or a header's name; what more it must be depends on the place. */
export const slotNameSchema = z
  .string()
  .max(200, 'at most 200 characters')
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'the name of an environment variable or of a header');

/**
 * How a server gets it. `file`: a file in memory, of which the variable holds the path. `descriptor`:
 * an open descriptor, of which the variable holds the path.
 */
export const bindingPlaceSchema = z.enum(['env', 'header', 'file', 'descriptor'], {
  error: 'a place is env, header, file or descriptor',
});

/** Text with `{field}` for each field of the credential; `{{` and `}}` stand for braces. */
export const bindingTemplateSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(2000, 'at most 2000 characters');

export const accountSlotSchema = z.strictObject({
  slot: slotNameSchema,
  place: bindingPlaceSchema.optional(),
  template: bindingTemplateSchema.optional(),
});

/** Which credentials fill which slots of a server that is added: `{"GITHUB_TOKEN": "our-github"}`. */
export const credentialBindingsSchema = z.record(slotNameSchema, credentialRefSchema);

export const bindingViewSchema = z.object({
  instance: z.object({ id: idSchema, slug: z.string() }),
  slot: z.string(),
  place: bindingPlaceSchema,
  template: z.string(),
  /** For whose calls. */
  for: credentialOwnerSchema,
  credential: z.object({ id: idSchema, name: z.string() }),
  /** What was changed since it was lent: the instance is not given it until that is confirmed. */
  changes: z.array(z.string()).optional(),
  createdAt: timestampSchema,
});

export type BindingView = z.output<typeof bindingViewSchema>;

const slotViewSchema = z.object({
  slot: z.string(),
  place: bindingPlaceSchema,
  template: z.string().optional(),
  required: z.boolean(),
  /** As the catalog names it. */
  title: z.string().optional(),
  /** Where to get one. */
  url: z.string().optional(),
  /** Who has to fill it. */
  of: z.enum(accountKinds),
});

/** Where an instance takes what it is given. */
const destinationViewSchema = z.object({
  /** The address of a remote, or the package. */
  name: z.string(),
  /** Names it exactly, for confirming it. */
  digest: z.string(),
});

export const instanceCredentialsSchema = z.object({
  instance: z.object({ id: idSchema, slug: z.string() }),
  account: z.enum(accountKinds),
  destination: destinationViewSchema,
  slots: z.array(
    slotViewSchema.extend({
      /** Sealed in the instance itself. */
      inline: z.boolean(),
      bindings: z.array(bindingViewSchema),
    }),
  ),
});

export type InstanceCredentials = z.output<typeof instanceCredentialsSchema>;

export const accountViewSchema = z.object({
  instance: z.object({ id: idSchema, slug: z.string() }),
  account: z.enum(accountKinds),
  destination: destinationViewSchema,
  /** Whether your calls can use it as it is. */
  ready: z.boolean(),
  /** What is asked of you; empty where an account of all is used. */
  slots: z.array(
    slotViewSchema.extend({
      filled: z.boolean(),
      credential: z.string().optional(),
      /** What was changed since you lent it: the instance is not given it until you confirm. */
      changes: z.array(z.string()).optional(),
    }),
  ),
});

export type AccountView = z.output<typeof accountViewSchema>;
