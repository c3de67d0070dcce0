import { exchangeGrant as exchange } from '../grants/exchange-grant.ts';

/** The grants that a client may register itself for. */
export const registrableGrants: readonly string[] = ['authorization_code', 'refresh_token'];

/** What is taken over of what a client says of itself; nothing else is kept. */
const known = [
  'client_id',
  'client_name',
  'client_uri',
  'redirect_uris',
  'grant_types',
  'response_types',
  'token_endpoint_auth_method',
  'token_endpoint_auth_signing_alg',
  'application_type',
  'jwks',
  'jwks_uri',
] as const;

const longestName = 100;
const mostRedirects = 20;

/**
 * What a client says of itself (RFC 7591, or its metadata document), as the provider wants it: grants
 * and answers that are not spoken here are left out, as RFC 7591 section 2 lets a server, and a client
 * that comes back to this machine is a native one (RFC 8252), which many do not say.
 */
export function normalizeMetadata(
  metadata: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const name of known) if (metadata[name] !== undefined) kept[name] = metadata[name];
  const { grant_types: grants, response_types: responses, redirect_uris: redirects } = metadata;
  if (isTexts(grants)) {
    const spoken = grants.filter((grant) => registrableGrants.includes(grant));
    kept['grant_types'] = spoken.length > 0 ? [...new Set([...spoken, exchange])] : grants;
  } else if (grants === undefined) kept['grant_types'] = [...registrableGrants, exchange];
  if (isTexts(responses) && responses.includes('code')) kept['response_types'] = ['code'];
  if (isTexts(redirects)) {
    // The provider refuses a client without any.
    if (redirects.length > mostRedirects || !redirects.every(isFit)) kept['redirect_uris'] = [];
    if (redirects.some(isOnThisMachine)) kept['application_type'] = 'native';
  }
  const { client_name: name } = metadata;
  if (typeof name === 'string') kept['client_name'] = plainName(name);
  return kept;
}

/** One line without control and direction characters, which could make a name read as another. */
function plainName(name: string): string {
  const plain = name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return plain.length > longestName ? `${plain.slice(0, longestName)}…` : plain;
}

/** Https, this machine, or an app's own scheme (RFC 8252 section 7): nothing that others can read. */
function isFit(uri: string): boolean {
  const parsed = URL.parse(uri);
  if (!parsed || parsed.username !== '' || parsed.password !== '') return false;
  if (parsed.protocol === 'http:') return isOnThisMachine(uri);
  return !unfitSchemes.has(parsed.protocol);
}

const unfitSchemes = new Set([
  'ftp:',
  'ws:',
  'wss:',
  'mailto:',
  'javascript:',
  'data:',
  'file:',
  'blob:',
  'about:',
  'vbscript:',
]);

function isOnThisMachine(uri: string): boolean {
  const parsed = URL.parse(uri);
  if (!parsed) return false;
  if (parsed.protocol === 'http:') {
    return ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname);
  }
  return parsed.protocol !== 'https:';
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
