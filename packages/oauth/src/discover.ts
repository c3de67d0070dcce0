import type { Challenge } from './challenge.ts';
import { discoverResource, guessResource } from './discover-resource.ts';
import { discoverAtOrigin, discoverAuthorizationServer } from './discover-server.ts';
import type { AuthorizationServer, ProtectedResource } from './facts.ts';
import { OAuthFailure } from './failure.ts';
import type { OAuthNetwork } from './network.ts';

export interface DiscoverInput extends OAuthNetwork {
  /** The URL of the MCP server or API, as requests are sent to it. */
  readonly resource: string;
  /** What it answered a request without a token with; its `resource_metadata` comes first. */
  readonly challenge?: Challenge | undefined;
  /** The issuer to take where the resource names several; the first that works otherwise. */
  readonly issuer?: string | undefined;
}

export interface Discovered {
  readonly resource: ProtectedResource;
  readonly server: AuthorizationServer;
}

/** Of several servers, how many are asked before giving up. */
const maxServersTried = 3;

/**
 * Finds what protects a resource (RFC 9728: from the challenge, else well-known with the path, then
 * at the root) and its authorization server (RFC 8414 and OpenID Connect Discovery in the order of
 * MCP 2026-07-28). A resource without metadata is taken for one of MCP 2025-03-26: the metadata of its
 * own origin, then the default paths there.
 *
 * Rejects with `OAuthFailure`: `protocol` when names do not match, `unsupported` when there is no
 * server; `later` when nobody answers. Whether the server can do PKCE is for `register` and
 * `beginAuthorization` to see: other grants do not need it.
 */
export async function discover(input: DiscoverInput): Promise<Discovered> {
  const described = await discoverResource(input);
  if (!described) {
    const resource = guessResource(input.resource);
    return { resource, server: await discoverAtOrigin(input, new URL(input.resource)) };
  }
  return { resource: described, server: await firstServer(input, described) };
}

async function firstServer(
  input: DiscoverInput,
  resource: ProtectedResource,
): Promise<AuthorizationServer> {
  const { authorizationServers } = resource;
  const wanted =
    input.issuer === undefined
      ? authorizationServers.slice(0, maxServersTried)
      : authorizationServers.filter((issuer) => issuer === input.issuer);
  let failure: unknown = new OAuthFailure(
    'unsupported',
    'no_authorization_server',
    'The server wants authorization and does not name an authorization server that can be used.',
  );
  for (const [index, issuer] of wanted.entries()) {
    try {
      return await discoverAuthorizationServer({ ...input, issuer });
    } catch (error) {
      if (index === 0) failure = error;
    }
  }
  throw failure;
}
