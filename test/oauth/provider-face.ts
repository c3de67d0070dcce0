import type { Client, default as Provider } from 'oidc-provider';

import type { Tls } from './tls.ts';

export interface IdentityProviderOptions {
  /** Serves https with it. */
  readonly tls?: Tls;
  /** `rotating`: each refresh token is good once, and its reuse revokes the whole family. */
  readonly refresh?: 'rotating' | 'fixed' | 'none';
  /** How long a refresh token that was used is taken once more, in milliseconds; 0 when absent. */
  readonly graceMs?: number;
  readonly accessTokenSeconds?: number;
  readonly tokens?: 'opaque' | 'jwt';
  /** Scopes of its resources, beside `openid`, `offline_access`, `profile` and `email`. */
  readonly scopes?: readonly string[];
  /** Resources that it gives tokens for; any when absent. */
  readonly resources?: readonly string[];
  /** Dynamic registration (RFC 7591); true when absent. */
  readonly dcr?: boolean;
  /** Client id metadata documents, which it fetches even from loopback; true when absent. */
  readonly cimd?: boolean;
  /** Whether its answers have `expires_in`; true when absent. */
  readonly saysExpiry?: boolean;
  /** Wants its own nonce in each DPoP proof (RFC 9449 section 8). */
  readonly dpopNonce?: boolean;
  readonly clients?: readonly Record<string, unknown>[];
  /** Who can sign in, by account id; `ann` and `bob` when absent. */
  readonly accounts?: Readonly<Record<string, Account>>;
  /** Further settings of oidc-provider itself, over ours. */
  readonly configuration?: Readonly<Record<string, unknown>>;
}

export interface Account {
  readonly name: string;
  readonly email: string;
  readonly emailVerified?: boolean;
}

/** What was asked of it. */
export interface Counters {
  discovery: number;
  jwks: number;
  registrations: number;
  authorizations: number;
  /** Requests to the token endpoint, whatever their end. */
  tokens: number;
  /** Requests with `grant_type=refresh_token`, and of these the ones that were granted. */
  refreshes: number;
  refreshed: number;
  /** Refresh tokens used a second time. */
  reuses: number;
  revocations: number;
  userinfo: number;
}

/** What it knows of an access token that is good now. */
export interface KnownToken {
  readonly account: string | undefined;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly audience: readonly string[];
  /** The key's thumbprint, for tokens that are bound to one (RFC 9449). */
  readonly jkt: string | undefined;
}

export interface SignInChoices {
  readonly account?: string;
  /** Of the scopes asked for, which are granted; all when absent. */
  readonly scopes?: readonly string[];
  readonly deny?: boolean;
}

export interface IdentityProvider extends AsyncDisposable {
  readonly issuer: string;
  readonly provider: Provider;
  readonly counters: Counters;
  /** Requests to the token endpoint, in order. */
  readonly requests: readonly TokenRequest[];
  /** How long tokens live that are given from now on. */
  accessTokenSeconds: number;
  saysExpiry: boolean;
  /** Asked for each request to the token endpoint. */
  fault: ((request: TokenRequest) => TokenFault | undefined) | undefined;
  /** Resolves with what an access token stands for; undefined when it is no good (any more). */
  introspect(token: string): Promise<KnownToken | undefined>;
  /** Takes back all that was granted: to one account, or to everyone. */
  revokeGrants(account?: string): Promise<void>;
  /** Goes through an authorization as a person would, up to the URL that it sends the browser to. */
  signIn(authorizeUrl: string, choices?: SignInChoices): Promise<string>;
  addClient(metadata: Record<string, unknown>): Promise<Client>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export const defaultAccounts: Readonly<Record<string, Account>> = {
  ann: { name: 'Ann Example', email: 'ann@example.test', emailVerified: true },
  bob: { name: 'Bob Example', email: 'bob@example.test', emailVerified: true },
};

/** What was asked at the token endpoint. */
export interface TokenRequest {
  /** From 1, over all grants. */
  readonly count: number;
  readonly grant: string;
  readonly params: Readonly<Record<string, string>>;
}

/** How an answer of the token endpoint goes wrong. */
export type TokenFault =
  /** Nothing is done, and this is answered. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    }
  /** Nothing is done and nothing answered. */
  | { readonly kind: 'hang' }
  /** It is done, and the connection is cut before the answer. */
  | { readonly kind: 'lost' }
  /** It is done, and nothing ever answered; `done` is called then. */
  | { readonly kind: 'silent'; readonly done?: () => void }
  /** It is done, and what is answered is no JSON. */
  | { readonly kind: 'garbage' }
  /** Waits before it does anything. */
  | { readonly kind: 'wait'; readonly until: number | Promise<unknown> }
  /** It is done, and the answer is changed. */
  | {
      readonly kind: 'change';
      readonly change: (body: Record<string, unknown>) => Record<string, unknown>;
    };
