import {
  beginAuthorization,
  discoverAuthorizationServer,
  finishAuthorization,
  isOAuthFailure,
  type OAuthClient,
  type PendingAuthorization,
  readUserInfo,
} from '@plugboard/oauth';
import { AppError } from '@plugboard/contracts';
import { decodeJwt } from 'jose';

import type { AppServices } from '../../../app/services.ts';
import { openNetwork } from '../../connections/network.ts';
import { emailOf, listOf, type SsoPerson, textOf } from './person.ts';
import {
  type OidcSettings,
  oidcSettings,
  openClientSecret,
  type SsoProviderRow,
} from './provider-row.ts';
import { refusal } from './refusal.ts';
import { ssoUrl } from './urls.ts';

type Services = Pick<AppServices, 'server' | 'clock' | 'keyring'>;

const timeoutMs = 20_000;

/** What a provider says of itself, by the way that keeps out of private networks unless told otherwise. */
export async function discoverProvider(
  { clock }: Pick<Services, 'clock'>,
  input: {
    readonly issuer: string;
    readonly allowPrivateNetwork: boolean;
    readonly hasSecret: boolean;
  },
): Promise<Pick<OidcSettings, 'server' | 'authMethod'>> {
  const { issuer, allowPrivateNetwork } = input;
  const signal = AbortSignal.timeout(timeoutMs);
  await using network = await openNetwork({ allowPrivateNetwork, clock, signal });
  const server = await discoverAuthorizationServer({ ...network.oauth, issuer });
  const { metadata } = server;
  if (metadata.jwks_uri === undefined || metadata.token_endpoint === undefined) {
    throw new AppError(
      'invalid_input',
      `${issuer} is no OpenID provider: it names no keys or no token endpoint.`,
    );
  }
  const supported = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const authMethod = !input.hasSecret
    ? 'none'
    : supported.includes('client_secret_basic')
      ? 'client_secret_basic'
      : 'client_secret_post';
  return { server, authMethod };
}

export async function beginOidc(
  services: Services,
  row: SsoProviderRow,
): Promise<{ readonly url: string; readonly pending: PendingAuthorization }> {
  const settings = oidcSettings(row);
  return beginAuthorization({
    server: settings.server,
    client: await clientOf(services, row, settings),
    redirectUri: redirectUri(services, row),
    resource: undefined,
    scopes: [...new Set(['openid', 'email', 'profile', ...settings.scopes])],
    allowHttp: settings.allowPrivateNetwork,
  });
}

/** Trades the code, checks the ID token, and reads who it is. */
export async function finishOidc(
  services: Services,
  row: SsoProviderRow,
  pending: PendingAuthorization,
  callback: URLSearchParams,
): Promise<SsoPerson> {
  const settings = oidcSettings(row);
  // What a provider was changed to meanwhile is not what the browser was sent to.
  if (
    pending.server.issuer !== settings.issuer ||
    pending.redirectUri !== redirectUri(services, row)
  ) {
    throw refusal(
      'sso_other_provider',
      'The provider was changed meanwhile. Begin the sign-in again.',
    );
  }
  const signal = AbortSignal.timeout(timeoutMs);
  const { allowPrivateNetwork } = settings;
  await using network = await openNetwork({ allowPrivateNetwork, clock: services.clock, signal });
  try {
    const tokens = await finishAuthorization({
      ...network.oauth,
      pending,
      client: await clientOf(services, row, settings),
      callback,
    });
    if (!tokens.idToken) throw refusal('sso_no_id_token', 'The provider sent no ID token.');
    const claims = decodeJwt(tokens.idToken.reveal());
    const { sub } = claims;
    if (typeof sub !== 'string' || sub === '') {
      throw refusal('sso_no_subject', 'The provider does not say who you are.');
    }
    const endpoint = settings.server.metadata.userinfo_endpoint;
    const more =
      endpoint === undefined || 'email' in claims
        ? {}
        : await readUserInfo({
            ...network.oauth,
            endpoint,
            subject: sub,
            accessToken: tokens.accessToken,
          });
    return personOf({ ...more, ...claims }, sub, settings);
  } catch (error) {
    if (!isOAuthFailure(error)) throw error;
    const { reason, message } = error;
    throw new AppError('forbidden', message, {
      cause: error,
      details: { reason: `oidc_${reason}` },
    });
  }
}

function personOf(
  claims: Readonly<Record<string, unknown>>,
  subject: string,
  { claims: names, trustEmail }: OidcSettings,
): SsoPerson {
  const verified = claims['email_verified'];
  return {
    subject,
    email: emailOf(claims[names.email ?? 'email']),
    emailVerified: verified === undefined ? trustEmail : verified === true,
    name: textOf(claims[names.name ?? 'name']),
    groups: listOf(claims[names.groups ?? 'groups'] ?? []),
    claims,
  };
}

function redirectUri(services: Services, row: SsoProviderRow): string {
  return ssoUrl(services, { organizationId: row.organization_id, providerId: row.id }, 'callback');
}

async function clientOf(
  services: Services,
  row: SsoProviderRow,
  { issuer, clientId, authMethod }: OidcSettings,
): Promise<OAuthClient> {
  return {
    issuer,
    method: 'preregistered',
    clientId,
    authMethod,
    clientSecret: await openClientSecret(services, row),
    privateKey: undefined,
    expiresAt: undefined,
  };
}
