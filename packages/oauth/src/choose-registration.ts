import type { OAuthClient } from './client.ts';
import type { AuthorizationServer } from './facts.ts';

export interface RegistrationChoices {
  readonly server: AuthorizationServer;
  /** A client that a person entered, or that was registered before. Ignored unless it is of this issuer. */
  readonly known?: OAuthClient | undefined;
  /** Where our own metadata document is; https with a path, or it is no candidate. */
  readonly clientMetadataUrl?: string | undefined;
}

export type RegistrationChoice =
  /** Use this client: pre-registered, registered before, or by a metadata document (CIMD). */
  | { readonly choice: 'use'; readonly client: OAuthClient }
  /** Call `register`. */
  | { readonly choice: 'register' }
  /** Nothing works without a person who registers a client there and enters its id. */
  | { readonly choice: 'ask' };

/**
 * How Plugboard becomes a client: known → client id metadata document → dynamic registration → ask a
 * person (MCP 2026-07-28, authorization). An expired registration is not used.
 */
export function chooseRegistration(
  choices: RegistrationChoices,
  now?: () => number,
): RegistrationChoice {
  throw new Error('not yet');
}
