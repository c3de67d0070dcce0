import * as oauth from 'oauth4webapi';

import { isOAuthFailure, OAuthFailure, type OAuthFailureKind } from './failure.ts';

/** RFC 6749 section 5.2 and extensions; the last lines are GitHub's, Slack's and Microsoft's own. */
const kinds: Readonly<Record<string, OAuthFailureKind>> = {
  invalid_grant: 'gone',
  expired_token: 'gone',
  invalid_client: 'client',
  unauthorized_client: 'client',
  invalid_client_metadata: 'unsupported',
  invalid_redirect_uri: 'unsupported',
  unsupported_grant_type: 'unsupported',
  unsupported_response_type: 'unsupported',
  temporarily_unavailable: 'later',
  server_error: 'later',
  slow_down: 'later',
  bad_refresh_token: 'gone',
  bad_verification_code: 'gone',
  incorrect_client_credentials: 'client',
  invalid_refresh_token: 'gone',
  token_revoked: 'gone',
  bad_client_secret: 'client',
  invalid_client_id: 'client',
  interaction_required: 'gone',
  login_required: 'gone',
  consent_required: 'gone',
};

const words: Readonly<Record<OAuthFailureKind, string>> = {
  gone: 'The grant is over; sign in again.',
  denied: 'The authorization server refused.',
  client: 'The authorization server does not accept this client; register it again.',
  later: 'The authorization server has trouble of its own; try again later.',
  unsupported: 'The authorization server cannot do what is needed here.',
  protocol: 'The authorization server broke a rule, so nothing of its answer is used.',
};

/** A failure by the code that a server gave; anything that is no code is left out of it. */
export function refusedWith(code: string | undefined, cause?: unknown): OAuthFailure {
  const known =
    code !== undefined && /^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/.test(code) ? code : undefined;
  const kind = (known === undefined ? undefined : kinds[known]) ?? 'denied';
  const told = known === undefined ? '' : ` (${known})`;
  return new OAuthFailure(kind, 'refused', `${words[kind].slice(0, -1)}${told}.`, {
    oauth: known,
    cause,
  });
}

/**
 * What oauth4webapi throws, as a failure of ours. Causes that hold an answer's body are dropped: a body
 * may hold tokens, and causes are logged.
 */
export function translate(error: unknown): unknown {
  if (isOAuthFailure(error)) return error;
  if (error instanceof oauth.ResponseBodyError) return refusedWith(error.error);
  if (error instanceof oauth.AuthorizationResponseError) return refusedWith(error.error);
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    return refusedWith(error.status === 401 ? 'invalid_client' : undefined);
  }
  if (error instanceof oauth.UnsupportedOperationError) {
    return new OAuthFailure('protocol', 'not_supported_here', words.protocol);
  }
  if (error instanceof oauth.OperationProcessingError) {
    return new OAuthFailure('protocol', reasonOf(error), words.protocol);
  }
  return error;
}

/** The library's stable code, in our spelling: `OAUTH_JWT_TIMESTAMP_CHECK_FAILED` → `jwt_timestamp_check_failed`. */
function reasonOf({ code }: oauth.OperationProcessingError): string {
  return code === undefined ? 'broken_rule' : code.replace(/^OAUTH_/, '').toLowerCase();
}
