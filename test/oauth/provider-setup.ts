import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { request as requestHttps } from 'node:https';

import type { Configuration, default as Provider } from 'oidc-provider';

import {
  defaultAccounts,
  type IdentityProvider,
  type IdentityProviderOptions,
} from './provider-face.ts';
import type { Records } from './provider-records.ts';

const scopesOfResources = ['read', 'write', 'admin'];

/** An oidc-provider as the options want it. */
export async function createProvider(
  issuer: string,
  options: IdentityProviderOptions,
  records: Records,
  running: Pick<IdentityProvider, 'accessTokenSeconds'>,
): Promise<Provider> {
  const { Provider, errors } = await import('oidc-provider');
  const {
    refresh = 'rotating',
    accounts = defaultAccounts,
    tokens = 'opaque',
    resources,
  } = options;
  const scope = (options.scopes ?? scopesOfResources).join(' ');
  const configuration: Configuration = {
    adapter: (model: string) => records.adapter(model),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a test's metadata may be wrong on purpose
    clients: [...(options.clients ?? [])] as unknown as NonNullable<Configuration['clients']>,
    jwks: { keys: [signingKey('ES256', 'ec'), signingKey('RS256', 'rsa')] },
    cookies: { keys: ['test'] },
    scopes: ['openid', 'offline_access', 'profile', 'email'],
    claims: {
      openid: ['sub'],
      profile: ['name'],
      email: ['email', 'email_verified'],
    },
    conformIdTokenClaims: false,
    findAccount: async (_, id) => {
      const account = accounts[id];
      return (
        account && {
          accountId: id,
          claims: async () => ({
            sub: id,
            name: account.name,
            email: account.email,
            email_verified: account.emailVerified ?? false,
          }),
        }
      );
    },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    responseTypes: ['code'],
    pkce: { required: () => true },
    rotateRefreshToken: refresh === 'rotating',
    issueRefreshToken: async (_, client) =>
      refresh !== 'none' && client.grantTypeAllowed('refresh_token'),
    expiresWithSession: async () => false,
    ttl: {
      AccessToken: () => running.accessTokenSeconds,
      ClientCredentials: () => running.accessTokenSeconds,
      AuthorizationCode: 60,
      Grant: 30 * 86_400,
      IdToken: 3600,
      Interaction: 600,
      RefreshToken: 14 * 86_400,
      Session: 86_400,
    },
    features: {
      devInteractions: { enabled: false },
      dPoP: {
        enabled: true,
        ...(options.dpopNonce === true && {
          nonceSecret: randomBytes(32),
          requireNonce: () => true,
        }),
      },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      registration: { enabled: options.dcr ?? true },
      registrationManagement: { enabled: options.dcr ?? true },
      resourceIndicators: {
        enabled: true,
        defaultResource: async () => [],
        useGrantedResource: async () => false,
        getResourceServerInfo: (_, resource) => {
          if (resources && !resources.includes(resource)) throw new errors.InvalidTarget();
          return {
            scope,
            audience: resource,
            accessTokenTTL: running.accessTokenSeconds,
            accessTokenFormat: tokens,
            ...(tokens === 'jwt' && { jwt: { sign: { alg: 'ES256' as const } } }),
          };
        },
      },
      clientIdMetadataDocument: {
        enabled: options.cimd ?? true,
        ack: 'draft-02',
        cacheDuration: { min: 1, max: 1 },
      },
    },
    fetch: (url, init) => fetchAnywhere(url, init, options.tls?.ca),
    ...options.configuration,
  };
  const provider = new Provider(issuer, configuration);
  provider.on('server_error', (_, error) => process.stderr.write(`provider: ${error.stack}\n`));
  return provider;
}

function signingKey(alg: string, kind: 'ec' | 'rsa') {
  const { privateKey } =
    kind === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg };
}

/** Also from loopback, and from https with the throw-away authority. */
async function fetchAnywhere(
  input: string | URL | Request,
  init: RequestInit | undefined,
  ca: string | undefined,
): Promise<Response> {
  const url = input instanceof Request ? input.url : input.toString();
  if (!url.startsWith('https:')) {
    const { method = 'GET', headers = {}, redirect = 'manual' } = init ?? {};
    return fetch(url, { method, headers, redirect });
  }
  return new Promise((resolve, reject) => {
    const headers = Object.fromEntries(new Headers(init?.headers));
    requestHttps(url, { ca, headers, method: init?.method ?? 'GET' }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      answer.on('end', () => {
        const { statusCode: status = 502, headers } = answer;
        const entries = Object.entries(headers).map(([name, value]) => [name, String(value)]);
        resolve(
          new Response(Buffer.concat(chunks), { status, headers: Object.fromEntries(entries) }),
        );
      });
    })
      .on('error', reject)
      .end();
  });
}
