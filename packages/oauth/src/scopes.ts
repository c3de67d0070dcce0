import type { Challenge } from './challenge.ts';
import type { AuthorizationServer, ProtectedResource } from './facts.ts';

/** What was held and what is asked for now, each once, in that order (step-up of MCP 2026-07-28). */
export function mergeScopes(
  held: readonly string[],
  asked: readonly string[] | undefined,
): readonly string[] {
  return [...new Set([...held, ...(asked ?? [])])];
}

export interface ScopesInput {
  readonly challenge?: Challenge | undefined;
  readonly resource?: ProtectedResource | undefined;
  readonly server: AuthorizationServer;
  /** What the connection has already asked for. */
  readonly held?: readonly string[];
}

/**
 * What to ask for: the challenge's scopes, else those the resource says it supports, else nothing
 * (the parameter is left out); with what is held; and `offline_access` where the authorization server
 * says it knows it (SEP-2207), never because a resource does. Nothing stays nothing: alone,
 * `offline_access` would take the place of what the server grants by default.
 */
export function chooseScopes(input: ScopesInput): readonly string[] {
  const { challenge, resource, server, held = [] } = input;
  const known = server.metadata.scopes_supported;
  const asked = mergeScopes(held, challenge?.scopes ?? resource?.scopesSupported).filter(
    (scope) => scope !== 'offline_access' || held.includes(scope),
  );
  return asked.length > 0 && known?.includes('offline_access')
    ? mergeScopes(asked, ['offline_access'])
    : asked;
}
