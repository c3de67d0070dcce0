import { z } from 'zod';

import { procedure } from './errors.ts';
import { roleSchema } from './people.ts';
import { displayNameSchema, timestampSchema } from './values.ts';

const slugSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'small letters, digits and hyphens, at most 40');

const domainSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(253, 'at most 253 characters')
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/,
    'a domain such as example.com',
  );

const claimNameSchema = z.string().min(1).max(200);

const roleRuleSchema = z.strictObject({ group: z.string().min(1).max(200), role: roleSchema });

const common = {
  provider: slugSchema,
  title: displayNameSchema.optional(),
  domains: z.array(domainSchema).max(20).default([]),
  /** Of who comes for the first time and whom no rule speaks of; null: they are not let in. */
  defaultRole: roleSchema.nullable().default('member'),
  /** The first whose group somebody is in gives their role, at each sign-in. */
  roleRules: z.array(roleRuleSchema).max(50).default([]),
  /** Whether it may sign in owners, and make them. Only an owner may say so. */
  allowOwners: z.boolean().default(false),
  /** In which claims or attributes things are, where they are not where they usually are. */
  claims: z
    .strictObject({
      email: claimNameSchema.optional(),
      name: claimNameSchema.optional(),
      groups: claimNameSchema.optional(),
    })
    .default({}),
};

const addSsoSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('oidc'),
    ...common,
    issuer: z.url('the issuer, such as https://login.example.com').max(500),
    clientId: z.string().min(1).max(500),
    clientSecret: z.string().min(1).max(2000).optional(),
    scopes: z
      .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/))
      .max(30)
      .default([]),
    /** Takes addresses for verified when the provider says neither that they are nor that they are not. */
    trustEmail: z.boolean().default(false),
    /** Lets it lie in a private network, and without https. Only an owner may say so. */
    allowPrivateNetwork: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal('saml'),
    ...common,
    /** Its metadata as XML; else the three below. */
    metadata: z.string().max(200_000).optional(),
    entityId: z.string().min(1).max(1000).optional(),
    ssoUrl: z.url('the address that requests are sent to').max(2000).optional(),
    /** As PEM or base64, several one after another. */
    certificate: z.string().max(50_000).optional(),
  }),
]);

export type AddSsoInput = z.output<typeof addSsoSchema>;

const ssoDomainSchema = z.object({
  domain: z.string(),
  state: z.enum(['proved', 'waiting']),
  provedBy: z.enum(['dns', 'owner']).optional(),
  /** The TXT record that proves it. */
  record: z.object({ name: z.string(), value: z.string() }),
});

const ssoProviderSchema = z.object({
  provider: z.string(),
  title: z.string(),
  kind: z.enum(['oidc', 'saml']),
  enabled: z.boolean(),
  /** When a test last succeeded. */
  testedAt: timestampSchema.optional(),
  domains: z.array(ssoDomainSchema),
  defaultRole: roleSchema.nullable(),
  roleRules: z.array(roleRuleSchema),
  allowOwners: z.boolean(),
  /** The issuer, or the entity id. */
  issuer: z.string(),
  clientId: z.string().optional(),
  hasSecret: z.boolean(),
  scopes: z.array(z.string()),
  /** SHA-256 of the certificates that its assertions are checked with. */
  certificates: z.array(z.string()),
  /** What to enter at the provider: the redirect URI, or the assertion consumer service. */
  callbackUrl: z.string(),
  /** For SAML: our entity id, at which our metadata are. */
  metadataUrl: z.string().optional(),
});

export type SsoProviderView = z.output<typeof ssoProviderSchema>;

const byProvider = z.strictObject({ provider: slugSchema });
const byDomain = z.strictObject({ provider: slugSchema, domain: domainSchema });
const tags = ['sso'];

export const ssoContract = {
  list: procedure
    .route({ method: 'GET', path: '/sso', tags, summary: 'How people of the organization sign in' })
    .output(z.object({ required: z.boolean(), providers: z.array(ssoProviderSchema) })),
  get: procedure
    .route({ method: 'GET', path: '/sso/{provider}', tags, summary: 'Show an identity provider' })
    .input(byProvider)
    .output(ssoProviderSchema),
  add: procedure
    .route({
      method: 'POST',
      path: '/sso',
      tags,
      summary: 'Add an identity provider, by OpenID Connect or SAML 2.0; it is not enabled yet',
      successStatus: 201,
    })
    .input(addSsoSchema)
    .output(ssoProviderSchema),
  test: procedure
    .route({
      method: 'POST',
      path: '/sso/{provider}/test',
      tags,
      summary: 'Make a link that signs in at the provider and shows what came, and no more',
    })
    .input(byProvider)
    .output(z.object({ url: z.string(), expiresAt: timestampSchema })),
  enable: procedure
    .route({
      method: 'POST',
      path: '/sso/{provider}/enable',
      tags,
      summary: 'Let people sign in by a provider that was tested',
    })
    .input(byProvider)
    .output(ssoProviderSchema),
  disable: procedure
    .route({
      method: 'POST',
      path: '/sso/{provider}/disable',
      tags,
      summary: 'Let nobody in by a provider; sessions that it opened end',
    })
    .input(byProvider)
    .output(ssoProviderSchema),
  remove: procedure
    .route({
      method: 'DELETE',
      path: '/sso/{provider}',
      tags,
      summary: 'Remove a provider with its domains; members stay',
    })
    .input(byProvider)
    .output(z.object({ provider: z.string() })),
  require: procedure
    .route({
      method: 'PUT',
      path: '/sso-required',
      tags,
      summary: 'Say whether people come in by a provider alone; an owner’s recovery link stays',
    })
    .input(z.strictObject({ required: z.boolean() }))
    .output(z.object({ required: z.boolean() })),
  domains: {
    add: procedure
      .route({
        method: 'PUT',
        path: '/sso/{provider}/domains/{domain}',
        tags,
        summary: 'Add a domain that a provider is to speak for, and the record that proves it',
      })
      .input(byDomain)
      .output(ssoProviderSchema),
    prove: procedure
      .route({
        method: 'POST',
        path: '/sso/{provider}/domains/{domain}/prove',
        tags,
        summary:
          'Look for the DNS record that proves a domain; an owner of the first organization may confirm it instead',
      })
      .input(z.strictObject({ ...byDomain.shape, confirm: z.boolean().default(false) }))
      .output(ssoProviderSchema),
    remove: procedure
      .route({
        method: 'DELETE',
        path: '/sso/{provider}/domains/{domain}',
        tags,
        summary: 'Take a domain from a provider',
      })
      .input(byDomain)
      .output(ssoProviderSchema),
  },
};
