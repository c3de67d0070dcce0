import { z } from 'zod';

import { scopesSchema } from './connections.ts';
import { procedure } from './errors.ts';
import { displayNameSchema } from './values.ts';
import { slugSchema } from './vocabulary.ts';

const scopeSchema = z.object({
  name: z.string(),
  /** In plain words. */
  about: z.string(),
  risk: z.enum(['read', 'write', 'admin']),
  /** Asked for when nobody says otherwise. */
  usual: z.boolean(),
});

const providerSchema = z.object({
  slug: z.string(),
  title: z.string(),
  /** Whether Plugboard brings its data, or somebody here added it. */
  origin: z.enum(['plugboard', 'organization']),
  /** Which of Plugboard's data it follows; absent for one known by its issuer alone. */
  definition: z.string().optional(),
  issuer: z.string().optional(),
  docs: z.url().optional(),
  scopes: z.array(scopeSchema),
  /** What its addresses depend on, such as the host of a self-hosted one, and what was set. */
  variables: z.array(
    z.object({ name: z.string(), about: z.string(), value: z.string().optional() }),
  ),
  client: z
    .object({
      clientId: z.string(),
      authentication: z.enum(['secret', 'private_key', 'none']),
    })
    .optional(),
  /** Whether one can connect: it has a client, or registers one by itself. */
  ready: z.boolean(),
  /** How to register Plugboard there, step by step. */
  setup: z.array(z.string()),
  /** To be entered there. */
  redirectUri: z.url(),
  allowPrivateNetwork: z.boolean(),
});

const setSchema = z.strictObject({
  provider: slugSchema,
  title: displayNameSchema.optional(),
  /** One of Plugboard's data, for a second account of a service, such as a self-hosted GitLab. */
  definition: slugSchema.optional(),
  /** Of an OIDC or OAuth provider that Plugboard has no data for: discovered from there. */
  issuer: z
    .url({ protocol: /^https?$/, error: 'an issuer is an https URL' })
    .max(2048)
    .optional(),
  variables: z.record(z.string().max(50), z.string().max(500)).optional(),
  clientId: z.string().trim().min(1).max(1000).optional(),
  /** Sealed, and never shown again. Null takes it away. */
  clientSecret: z.string().min(1).max(10_000).nullable().optional(),
  /** A private key as a JWK in JSON, to authenticate by `private_key_jwt` (RFC 7523). */
  privateKey: z.string().min(1).max(20_000).nullable().optional(),
  scopes: scopesSchema.optional(),
  /** Also allows plain http and private addresses. */
  allowPrivateNetwork: z.boolean().optional(),
});

export type ProviderView = z.output<typeof providerSchema>;
export type SetProviderInput = z.output<typeof setSchema>;

const tags = ['connections'];
const providerInput = z.strictObject({ provider: slugSchema });

export const providersContract = {
  list: procedure
    .route({
      method: 'GET',
      path: '/providers',
      tags,
      summary: 'List the services that accounts can be connected of',
    })
    .output(z.object({ providers: z.array(providerSchema) })),
  get: procedure
    .route({ method: 'GET', path: '/providers/{provider}', tags, summary: 'Show one service' })
    .input(providerInput)
    .output(providerSchema),
  set: procedure
    .route({
      method: 'PUT',
      path: '/providers/{provider}',
      tags,
      summary: "Set Plugboard's client at a service, or add a service by its issuer",
    })
    .input(setSchema)
    .output(providerSchema),
  remove: procedure
    .route({
      method: 'DELETE',
      path: '/providers/{provider}',
      tags,
      summary: 'Forget what was set of a service',
    })
    .input(providerInput)
    .output(z.object({ provider: z.string() })),
};
