import { checkUrl, exchange } from './exchange.ts';
import type { AuthorizationServer } from './facts.ts';
import { OAuthFailure } from './failure.ts';
import { readServerMetadata } from './metadata.ts';
import type { OAuthNetwork } from './network.ts';
import { readJson } from './read-json.ts';

interface Place {
  readonly source: 'oauth' | 'oidc';
  readonly url: string;
}

/**
 * The metadata of one authorization server by its issuer: RFC 8414 with the path inserted, then OpenID
 * Connect Discovery with it inserted, then appended (MCP 2026-07-28). Its `issuer` must be the one
 * asked for, as a string (RFC 8414 section 3.3): other metadata is refused, not passed over.
 */
export async function discoverAuthorizationServer(
  input: OAuthNetwork & { readonly issuer: string },
): Promise<AuthorizationServer> {
  const { issuer } = input;
  const url = checkUrl(issuer, input.allowHttp ?? false);
  const found = await firstMetadata(input, places(url), (named) => named === issuer);
  if (found) return found;
  throw new OAuthFailure(
    'unsupported',
    'no_server_metadata',
    `${url.host} does not describe itself as an authorization server.`,
  );
}

/** The authorization server of MCP 2025-03-26 at a resource's origin: described there, or by default paths. */
export async function discoverAtOrigin(
  network: OAuthNetwork,
  { origin }: URL,
): Promise<AuthorizationServer> {
  const root = [
    { source: 'oauth', url: `${origin}/.well-known/oauth-authorization-server` },
  ] as const;
  const isOrigin = (named: string): boolean => named === origin || named === `${origin}/`;
  const found = await firstMetadata(network, root, isOrigin);
  if (found) return found;
  return {
    issuer: origin,
    source: 'defaults',
    metadata: {
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      registration_endpoint: `${origin}/register`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
    },
  };
}

async function firstMetadata(
  network: OAuthNetwork,
  candidates: readonly Place[],
  isExpected: (issuer: string) => boolean,
): Promise<AuthorizationServer | undefined> {
  for (const { source, url } of candidates) {
    const response = await exchange(network, url, { method: 'GET' });
    if (response.status !== 200) continue;
    const json = await readJson(response, 'The metadata of the authorization server');
    const metadata = readServerMetadata(json, network.allowHttp ?? false);
    if (!isExpected(metadata.issuer)) {
      throw new OAuthFailure(
        'protocol',
        'issuer_mismatch',
        `${new URL(url).host} has the metadata of another issuer than itself, so nothing of that is used.`,
      );
    }
    return { issuer: metadata.issuer, source, metadata };
  }
  return undefined;
}

function places({ origin, pathname, search }: URL): readonly Place[] {
  const path = `${pathname.replace(/\/$/, '')}${search}`;
  const oauth = `${origin}/.well-known/oauth-authorization-server${path}`;
  const inserted = `${origin}/.well-known/openid-configuration${path}`;
  const appended = `${origin}${path}/.well-known/openid-configuration`;
  return [
    { source: 'oauth', url: oauth },
    { source: 'oidc', url: inserted },
    ...(path === '' ? [] : [{ source: 'oidc', url: appended } as const]),
  ];
}
