import { z } from 'zod';

const httpsTemplate = z.string().regex(/^https:\/\/[^\s]+$/);

const scopeSchema = z.strictObject({
  name: z.string(),
  /** In plain words, as an order: "Read your mail". */
  about: z.string(),
  /** `read` sees, `write` changes what is the person's, `admin` changes what is others' or runs code. */
  risk: z.enum(['read', 'write', 'admin']),
  /** Asked for when nobody says otherwise. */
  usual: z.boolean(),
});

/** Where a service departs from the RFCs. Absent: it does not. */
const quirksSchema = z.strictObject({
  /** In the order of preference. */
  clientAuthentication: z
    .array(z.enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']))
    .min(1),
  /** Whether `resource` (RFC 8707) may be sent. */
  resource: z.enum(['accepted', 'rejected']),
  /** Between scopes in what is sent; a space by default. */
  scopeSeparator: z.literal(',').optional(),
  /** Between scopes in what comes back. */
  answerScopeSeparator: z.literal(',').optional(),
  /** Failures of the token endpoint come with status 200 and `error`. */
  errorsWithStatus200: z.literal(true).optional(),
  /** `token_type` says whose the token is; it is sent as a bearer token all the same. */
  anyTokenType: z.literal(true).optional(),
  /** The token endpoint answers with the person's token inside a member of this name. */
  tokenInside: z.string().optional(),
  /** The token endpoint wants JSON instead of a form. */
  tokenRequest: z.literal('json').optional(),
  /** Sent to the authorization endpoint besides the usual ones. */
  parameters: z.record(z.string(), z.string()).optional(),
  refresh: z.strictObject({
    /** Whether a refresh token works once. */
    rotates: z.boolean(),
    /** Usual lifetimes in seconds, for people to know; null where they do not end. */
    accessTokenSeconds: z.int().nullable(),
    refreshTokenSeconds: z.int().nullable(),
  }),
});

/** How an account is named: by claims of the ID token, or by asking with the access token. */
const accountSchema = z.union([
  z.strictObject({ idToken: z.literal(true) }),
  z.strictObject({
    url: httpsTemplate,
    headers: z.record(z.string(), z.string()),
    /** Posted when present. */
    body: z.string().optional(),
    /** Paths into the answer, such as `data.viewer.id`. */
    id: z.string(),
    name: z.string(),
  }),
]);

/**
 * `rfc7009`: at the revocation endpoint; `github`: DELETE of the whole grant with the client's secret;
 * `bearer`: a POST that the token itself authorizes; `none`: by hand alone.
 */
const revocationSchema = z.strictObject({
  shape: z.enum(['rfc7009', 'github', 'bearer', 'none']),
  url: httpsTemplate.optional(),
  json: z.literal(true).optional(),
});

export const providerDefinitionSchema = z.strictObject({
  slug: z.string(),
  title: z.string(),
  docs: z.url(),
  issuer: httpsTemplate,
  /** What `{name}` stands for in the addresses. */
  variables: z.array(
    z.strictObject({
      name: z.string(),
      about: z.string(),
      default: z.string(),
      pattern: z.string(),
    }),
  ),
  /** Whether the endpoints are found from the issuer; given here otherwise. */
  discovered: z.boolean(),
  endpoints: z
    .strictObject({
      authorization: httpsTemplate,
      token: httpsTemplate,
      revocation: httpsTemplate.optional(),
      jwks: httpsTemplate.optional(),
    })
    .optional(),
  scopes: z.array(scopeSchema),
  quirks: quirksSchema,
  account: accountSchema,
  revocation: revocationSchema,
  /** Where a person sees and ends what was permitted. */
  manage: httpsTemplate,
  /** How to register a client, step by step; `{redirect_uri}` is ours. */
  setup: z.array(z.string()),
  notes: z.array(z.string()),
});

/** A service as its file in `providers/` describes it, with `{variables}` in its addresses. */
export type ProviderDefinition = z.output<typeof providerDefinitionSchema>;

export type ProviderScope = z.output<typeof scopeSchema>;
