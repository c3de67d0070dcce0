import { z } from 'zod';

import { ownerInputSchema } from './credential-owner.ts';
import { procedure } from './errors.ts';
import { displayNameSchema, queryBoolean, refSchema, timestampSchema } from './values.ts';
import { idSchema, slugSchema } from './vocabulary.ts';

/** `needs_sign_in`: its tokens are of no more use, and a person must connect it again. */
export const connectionStates = ['connected', 'needs_sign_in', 'revoked'] as const;
/** How its tokens are obtained: RFC 6749 sections 4.1 and 4.4, and RFC 7523 with an ID-JAG. */
export const connectionGrants = ['authorization_code', 'client_credentials', 'jwt_bearer'] as const;

export const scopesSchema = z
  .array(
    z
      .string()
      .max(500)
      .regex(/^[\u0021\u0023-\u005b\u005d-\u007e]+$/, 'a scope has no spaces and no quotes'),
  )
  .max(100, 'at most 100 scopes');

/** An MCP server's or API's URL, as RFC 8707 wants it. */
const resourceSchema = z
  .url({ protocol: /^https?$/, error: 'an https URL such as https://mcp.example.com/mcp' })
  .max(2048, 'at most 2048 characters')
  .refine((text) => !text.includes('#'), 'must have no fragment')
  .refine((text) => !/^https?:\/\/[^/?]*@/i.test(text), 'must hold no user name or password');

/** A connection by its id, or by its name where only one has it. */
export const connectionRefSchema = z.string().trim().min(1, 'an id or a name').max(100);

/** A path of Plugboard's own, to go on at when a person has signed in. */
const nextSchema = z
  .string()
  .max(500)
  .regex(/^\/(?![/\\])[\u0021-\u007e]*$/, 'a path of Plugboard such as /account');

const beginSchema = z
  .strictObject({
    /** The server that it is for; its authorization server is found from there (RFC 9728). */
    resource: resourceSchema.optional(),
    /** One of `GET /providers`. */
    provider: slugSchema.optional(),
    /** The instance that it is for: gives the resource, and is bound to the connection when there is one. */
    instance: refSchema.optional(),
    owner: ownerInputSchema,
    /** What the server asks for, or the provider's usual ones, when absent. */
    scopes: scopesSchema.optional(),
    name: displayNameSchema.optional(),
    grant: z.enum(connectionGrants).default('authorization_code'),
    /** For `jwt_bearer`: the connection to the identity provider that vouches for the person. */
    identity: connectionRefSchema.optional(),
    /** Also allows plain http and private addresses; for owners and admins. */
    allowPrivateNetwork: z.boolean().optional(),
    next: nextSchema.optional(),
  })
  .refine(
    ({ resource, provider, instance }) =>
      resource !== undefined || provider !== undefined || instance !== undefined,
    'say what to connect to: a resource, a provider or an instance',
  );

const whoSchema = z.object({
  kind: z.enum(['organization', 'member', 'agent']),
  /** Absent for the organization. */
  id: idSchema.optional(),
  name: z.string(),
});

const slugged = z.object({ id: idSchema, slug: z.string() });

const connectionSchema = z.object({
  /** The id of its credential as well. */
  id: idSchema,
  name: z.string(),
  provider: z.object({ slug: z.string(), title: z.string() }).optional(),
  issuer: z.string(),
  resource: z.string().optional(),
  owner: whoSchema,
  grant: z.enum(connectionGrants),
  /** What was granted. */
  scopes: z.array(z.string()),
  /** Whose account there, where the service tells. */
  account: z.object({ id: z.string(), name: z.string() }).optional(),
  state: z.enum(connectionStates),
  /** Why it is not connected. */
  reason: z.object({ code: z.string(), message: z.string() }).optional(),
  /** Who must sign in, and where; present while it needs that. */
  signIn: z.object({ by: whoSchema, url: z.url() }).optional(),
  /** Calls that failed since it needs sign-in. */
  /** What a server asked for beyond `scopes`: signing in again permits it. */
  wantedScopes: z.array(z.string()),
  blockedCalls: z.int(),
  /** Whether Plugboard can renew its access by itself. */
  renewable: z.boolean(),
  accessExpiresAt: timestampSchema.optional(),
  refreshedAt: timestampSchema.optional(),
  /** Which agents its member lets use it; absent for those of an organization or agent. */
  agents: z.array(slugged).optional(),
  /** Where it fills a slot. */
  instances: z.array(z.object({ id: idSchema, slug: z.string(), slot: z.string() })),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
});

const begunSchema = z.object({
  requestId: idSchema,
  /** Connected already: no person had to be asked. */
  connection: connectionSchema.optional(),
  /** A page of Plugboard to open in a browser, signed in as the member who asked. */
  authorizeUrl: z.url().optional(),
});

const requestSchema = z.object({
  id: idSchema,
  state: z.enum(['waiting', 'connected', 'failed', 'expired']),
  connection: connectionSchema.optional(),
  /** Why it failed. */
  problem: z.object({ code: z.string(), message: z.string() }).optional(),
  authorizeUrl: z.url(),
  expiresAt: timestampSchema,
});

export type ConnectionView = z.output<typeof connectionSchema>;
export type ConnectionRequestView = z.output<typeof requestSchema>;
export type BeginConnectionInput = z.output<typeof beginSchema>;
export type BegunConnection = z.output<typeof begunSchema>;
export type ConnectionState = (typeof connectionStates)[number];
export type ConnectionGrant = (typeof connectionGrants)[number];

const tags = ['connections'];
const connectionInput = z.strictObject({ connection: connectionRefSchema });
const permissionInput = z.strictObject({ connection: connectionRefSchema, agent: refSchema });

export const connectionsContract = {
  list: procedure
    .route({
      method: 'GET',
      path: '/connections',
      tags,
      summary: 'List connections: your own and the shared ones, for admins and auditors all',
    })
    .input(
      z
        .strictObject({
          state: z.enum(connectionStates).optional(),
          /** None but your own. */
          mine: queryBoolean.optional(),
        })
        .optional(),
    )
    .output(z.object({ connections: z.array(connectionSchema) })),
  get: procedure
    .route({
      method: 'GET',
      path: '/connections/{connection}',
      tags,
      summary: 'Show one connection',
    })
    .input(connectionInput)
    .output(connectionSchema),
  begin: procedure
    .route({
      method: 'POST',
      path: '/connections',
      tags,
      summary: 'Begin to connect an account; a person goes on at authorizeUrl',
      successStatus: 201,
    })
    .input(beginSchema)
    .output(begunSchema),
  request: procedure
    .route({
      method: 'GET',
      path: '/connection-requests/{request}',
      tags,
      summary: 'How far the sign-in of a connection has come',
    })
    .input(z.strictObject({ request: idSchema }))
    .output(requestSchema),
  reconnect: procedure
    .route({
      method: 'POST',
      path: '/connections/{connection}/reconnect',
      tags,
      summary: 'Sign in anew, with further scopes if any; its id and what it fills stay',
    })
    .input(
      z.strictObject({
        connection: connectionRefSchema,
        /** Added to what was granted. */
        scopes: scopesSchema.optional(),
        next: nextSchema.optional(),
      }),
    )
    .output(begunSchema),
  remove: procedure
    .route({
      method: 'DELETE',
      path: '/connections/{connection}',
      tags,
      summary: 'Revoke a connection at its provider and destroy its tokens',
    })
    .input(connectionInput)
    .output(
      z.object({
        id: idSchema,
        /** `unsupported`: the provider has no way; `failed`: it refused or did not answer. */
        revoked: z.enum(['revoked', 'unsupported', 'failed']),
        /** What to do by hand where it was not revoked. */
        message: z.string().optional(),
      }),
    ),
  allow: procedure
    .route({
      method: 'PUT',
      path: '/connections/{connection}/agents/{agent}',
      tags,
      summary: 'Let an agent use your connection',
    })
    .input(permissionInput)
    .output(connectionSchema),
  deny: procedure
    .route({
      method: 'DELETE',
      path: '/connections/{connection}/agents/{agent}',
      tags,
      summary: 'Let an agent use your connection no more',
    })
    .input(permissionInput)
    .output(connectionSchema),
};
