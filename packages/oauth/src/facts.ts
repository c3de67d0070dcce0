import type { AuthorizationServer as Metadata } from 'oauth4webapi';

/** What an authorization server says of itself (RFC 8414, OpenID Connect Discovery). JSON. */
export type AuthorizationServerMetadata = Metadata;

/** An authorization server, and how we came to know it. Serialisable. */
export interface AuthorizationServer {
  /** Exactly as its metadata has it: never normalised, and compared as a string. */
  readonly issuer: string;
  /**
   * `oauth` and `oidc`: its own metadata; `defaults`: it has none, and the paths of MCP 2025-03-26 are
   * taken; `configured`: a person or our own data gave them.
   */
  readonly source: 'oauth' | 'oidc' | 'defaults' | 'configured';
  readonly metadata: AuthorizationServerMetadata;
}

/** What is known of an API or an MCP server that wants tokens. Serialisable. */
export interface ProtectedResource {
  /** To be sent as `resource` (RFC 8707): its own name for itself, which covers the URL asked about. */
  readonly resource: string;
  /** False when it has no metadata (RFC 9728) and is taken for one of MCP 2025-03-26. */
  readonly described: boolean;
  /** Issuers, in its order. Its own origin where it has no metadata. At most 10. */
  readonly authorizationServers: readonly string[];
  readonly scopesSupported: readonly string[] | undefined;
  readonly name: string | undefined;
  /** It takes only tokens bound to a key (RFC 9449): so its metadata say, or a challenge by DPoP alone. */
  readonly dpopRequired: boolean;
  readonly dpopAlgorithms: readonly string[] | undefined;
}

/** How a client says who it is at a token endpoint. */
export type ClientAuthMethod =
  | 'none'
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'private_key_jwt';
