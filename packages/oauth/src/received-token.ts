import { Secret } from '@plugboard/vault';

import { OAuthFailure } from './failure.ts';

/** Far above any token seen: the largest are ID tokens that list a person's groups. */
const longest = 64 * 1024;
/** What a token may be made of (RFC 6749 appendix A.12) but the space, which would end it in a header. */
const visible = /^[\u0021-\u007e]+$/;

/**
 * A token that a server gave, as a secret. It goes into headers and forms later, so one that could say
 * more there than itself is refused here, where it comes in: line breaks, spaces, control characters,
 * anything beyond ASCII, and more than 64 KB. Throws `OAuthFailure('protocol')`.
 */
export function receivedToken(token: string, kind: 'access' | 'refresh' | 'ID' | 'ID-JAG'): Secret {
  if (token.length > longest) {
    throw new OAuthFailure(
      'protocol',
      'token_too_long',
      `The authorization server gave a token (${kind}) of more than ${longest} characters, so nothing of its answer is used.`,
    );
  }
  if (!visible.test(token)) {
    throw new OAuthFailure(
      'protocol',
      'token_characters',
      `The authorization server gave a token (${kind}) with characters that no header may have, so nothing of its answer is used.`,
    );
  }
  return new Secret(token);
}
