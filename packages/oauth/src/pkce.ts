import type { AuthorizationServer } from './facts.ts';
import { OAuthFailure } from './failure.ts';

/**
 * Refuses a server that does not say it can do PKCE with S256 (MCP 2026-07-28): without, a stolen code
 * is worth as much as a password, and one that is silent may ignore the challenge. Of what a person or
 * our own data describe, and of MCP 2025-03-26 without metadata, nobody can say it; there the challenge
 * is sent all the same.
 */
export function requirePkce({ source, metadata }: AuthorizationServer): void {
  if (source === 'configured' || source === 'defaults') return;
  if (metadata.code_challenge_methods_supported?.includes('S256')) return;
  throw new OAuthFailure(
    'unsupported',
    'no_pkce',
    'The authorization server does not say that it protects codes by PKCE with S256, so no sign-in is begun there. Its operator can add code_challenge_methods_supported to its metadata.',
  );
}
