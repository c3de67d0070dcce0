import { Secret } from '@plugboard/vault';
import { z } from 'zod';

import { chooseAuthMethod } from './auth-method.ts';
import type { OAuthClient } from './client.ts';
import { exchange } from './exchange.ts';
import type { AuthorizationServer, ClientAuthMethod } from './facts.ts';
import { OAuthFailure } from './failure.ts';
import type { OAuthNetwork } from './network.ts';
import { requirePkce } from './pkce.ts';
import { readJson } from './read-json.ts';
import { refusedWith } from './translate.ts';

export interface RegisterInput extends OAuthNetwork {
  readonly server: AuthorizationServer;
  readonly clientName: string;
  readonly clientUri?: string | undefined;
  /** https, or loopback; all of one kind. What is sent as `application_type` follows from them. */
  readonly redirectUris: readonly string[];
  /** `authorization_code` and `refresh_token` by default. */
  readonly grantTypes?: readonly string[];
  readonly scopes?: readonly string[];
  /** Where the public half of `privateKey` is; with both, `private_key_jwt` is taken where it can be. */
  readonly jwksUri?: string | undefined;
  readonly privateKey?: Secret | undefined;
  readonly dpopBound?: boolean;
}

const answerSchema = z.object({
  client_id: z.string().min(1).max(2000),
  client_secret: z.string().max(4000).nullish(),
  client_secret_expires_at: z.number().nonnegative().nullish().catch(undefined),
  token_endpoint_auth_method: z.string().nullish(),
  redirect_uris: z.array(z.string()).nullish(),
});

/**
 * Registers Plugboard (RFC 7591), with the best way to authenticate that the server offers. Rejects
 * with `OAuthFailure('protocol')` when the answer has redirect URIs that were not asked for, or a way to
 * authenticate that the server does not offer, or one without the secret it needs.
 */
export async function register(input: RegisterInput): Promise<OAuthClient> {
  const { server, redirectUris, jwksUri, privateKey } = input;
  const grantTypes = input.grantTypes ?? ['authorization_code', 'refresh_token'];
  const usesCode = grantTypes.includes('authorization_code');
  if (usesCode) requirePkce(server);
  const endpoint = server.metadata.registration_endpoint;
  const hasKey = jwksUri !== undefined && privateKey !== undefined;
  const authMethod = chooseAuthMethod(server, { secret: true, key: hasKey });
  if (endpoint === undefined || authMethod === undefined) {
    throw new OAuthFailure(
      'unsupported',
      'no_registration',
      'The authorization server does not register clients by itself; register one there and enter its id.',
    );
  }
  const response = await exchange(input, endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: input.clientName,
      client_uri: input.clientUri,
      redirect_uris: redirectUris,
      application_type: applicationType(redirectUris),
      grant_types: grantTypes,
      response_types: usesCode ? ['code'] : [],
      token_endpoint_auth_method: authMethod,
      scope: input.scopes && input.scopes.length > 0 ? input.scopes.join(' ') : undefined,
      jwks_uri: authMethod === 'private_key_jwt' ? jwksUri : undefined,
      dpop_bound_access_tokens: input.dpopBound === true ? true : undefined,
    }),
  });
  const json = await readJson(response, 'What the authorization server answered to a registration');
  if (response.status !== 201 && response.status !== 200) {
    throw refusedWith(typeof json['error'] === 'string' ? json['error'] : undefined);
  }
  return readClient(json, { ...input, authMethod });
}

function readClient(
  json: unknown,
  asked: RegisterInput & { readonly authMethod: ClientAuthMethod },
): OAuthClient {
  const parsed = answerSchema.safeParse(json);
  if (!parsed.success) throw swapped('registration_malformed', 'values of the wrong kind');
  const { data } = parsed;
  if (data.redirect_uris && !isSubset(data.redirect_uris, asked.redirectUris)) {
    throw swapped('redirect_uris_changed', 'redirect URIs that were not asked for');
  }
  const authMethod = agreedMethod(asked, data.token_endpoint_auth_method, data.client_secret);
  const endsAt = data.client_secret_expires_at;
  return {
    issuer: asked.server.issuer,
    method: 'dcr',
    clientId: data.client_id,
    authMethod,
    clientSecret:
      authMethod.startsWith('client_secret') && data.client_secret
        ? new Secret(data.client_secret)
        : undefined,
    privateKey: authMethod === 'private_key_jwt' ? asked.privateKey : undefined,
    expiresAt: endsAt ? endsAt * 1000 : undefined,
  };
}

/** A server may choose another way than was asked for (RFC 7591 section 3.2.1), of those it says it has. */
function agreedMethod(
  { server, authMethod: asked }: RegisterInput & { readonly authMethod: ClientAuthMethod },
  answered: string | null | undefined,
  secret: string | null | undefined,
): ClientAuthMethod {
  const needsSecret = (method: string): boolean => method.startsWith('client_secret');
  if (answered === null || answered === undefined) {
    return needsSecret(asked) && !secret ? 'none' : asked;
  }
  const offered = server.metadata.token_endpoint_auth_methods_supported;
  const others = offered ?? ['none', 'client_secret_basic', 'client_secret_post'];
  const isKnown =
    answered === 'none' ||
    answered === 'client_secret_basic' ||
    answered === 'client_secret_post' ||
    answered === 'private_key_jwt';
  const isAllowed =
    answered === asked || (asked !== 'private_key_jwt' && others.includes(answered));
  if (!isKnown || !isAllowed || (answered === 'private_key_jwt' && asked !== answered)) {
    throw swapped('auth_method_changed', 'a way to authenticate that was not agreed');
  }
  if (needsSecret(answered) && !secret) {
    throw swapped('auth_method_changed', 'a way to authenticate without the secret it needs');
  }
  return answered;
}

/** OpenID Connect Dynamic Client Registration section 2: what redirect URIs a client may have. */
function applicationType(redirectUris: readonly string[]): 'web' | 'native' {
  const isWeb = redirectUris.every((uri) => URL.parse(uri)?.protocol === 'https:');
  return isWeb ? 'web' : 'native';
}

function isSubset(some: readonly string[], all: readonly string[]): boolean {
  return some.every((one) => all.includes(one));
}

function swapped(reason: string, what: string): OAuthFailure {
  return new OAuthFailure(
    'protocol',
    reason,
    `The authorization server registered the client with ${what}, so it is not used; register one there by hand.`,
  );
}
