import type { Challenge } from './challenge.ts';
import type { AuthorizationServer, ProtectedResource } from './facts.ts';
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

/**
 * Finds what protects a resource (RFC 9728: from the challenge, else well-known with the path, then
 * at the root) and its authorization server (RFC 8414 and OpenID Connect Discovery in the order of
 * MCP 2026-07-28). A resource without metadata is taken for one of MCP 2025-03-26.
 *
 * Rejects with `OAuthFailure`: `protocol` when names do not match, `unsupported` when there is no
 * server, or none with PKCE by S256; `later` when nobody answers.
 */
export async function discover(input: DiscoverInput): Promise<Discovered> {
  throw new Error('not yet');
}

/** The metadata of one authorization server by its issuer, with the same checks. */
export async function discoverAuthorizationServer(
  input: OAuthNetwork & { readonly issuer: string },
): Promise<AuthorizationServer> {
  throw new Error('not yet');
}
