import { exchangeGrant } from '../grants/exchange-grant.ts';

/** The code of a refusal, of what the provider says of it; never of what was sent. */
export function reasonOf(
  what: string,
  params: Readonly<Record<string, unknown>>,
  error: Error,
): string {
  const code = 'error' in error && typeof error.error === 'string' ? error.error : 'failed';
  const detail =
    'error_detail' in error && typeof error.error_detail === 'string' ? error.error_detail : '';
  if (code === 'invalid_client') return reasonOfClient(params, detail);
  if (what !== 'token') return `${what}_${code}`;
  const grant = params['grant_type'];
  if (grant === exchangeGrant) return `exchange_${code}`;
  const noun = grant === 'refresh_token' ? 'refresh_token' : 'code';
  if (code !== 'invalid_grant') return `${noun}_${code}`;
  if (/already (?:used|consumed)/.test(detail)) return `${noun}_used_twice`;
  if (/^(?:authorization code|refresh token) not found/.test(detail)) return `unknown_${noun}`;
  if (detail.includes('code_verifier') || detail.includes('code_challenge')) {
    return 'wrong_code_verifier';
  }
  if (detail.includes('redirect_uri mismatch')) return 'wrong_redirect_uri';
  if (detail.includes('client mismatch')) return `${noun}_of_another_client`;
  if (/^(?:authorization code|refresh token) is expired/.test(detail)) return `expired_${noun}`;
  return detail.includes('grant') || detail.includes('account') ? 'grant_ended' : `${noun}_${code}`;
}

function reasonOfClient(params: Readonly<Record<string, unknown>>, detail: string): string {
  if (detail.includes('not found')) return 'unknown_client';
  if (params['client_assertion'] !== undefined) return 'wrong_client_assertion';
  return detail.includes('secret') ? 'wrong_client_secret' : 'wrong_client_authentication';
}
