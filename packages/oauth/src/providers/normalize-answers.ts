import type { OAuthAnswer, OAuthFetch, OAuthRequest } from '../network.ts';
import type { ProviderDefinition } from './definition.ts';

/** A token answer is far smaller. */
const longestAnswer = 1_000_000;

/**
 * Makes a service that departs from RFC 6749 at its token endpoint look as if it did not: what is sent
 * becomes what it takes, and what it answers becomes what the RFC says. All else passes as it is.
 */
export function normalizeAnswers(
  { quirks, revocation }: Pick<ProviderDefinition, 'quirks' | 'revocation'>,
  { token, revoke }: { readonly token: string | undefined; readonly revoke?: string | undefined },
  fetch: OAuthFetch,
): OAuthFetch {
  return async (url, request) => {
    if (url === revoke) return fetch(url, revocation.json === true ? asJson(request) : request);
    if (url !== token) return fetch(url, request);
    const answer = await fetch(url, quirks.tokenRequest === 'json' ? asJson(request) : request);
    const read = await readAnswer(answer);
    const body = read && fromInside(read, quirks.tokenInside);
    if (body === undefined) return { status: answer.status, headers: answer.headers, body: null };
    const failed = quirks.errorsWithStatus200 === true && typeof body['error'] === 'string';
    const changed = {
      ...body,
      ...(quirks.anyTokenType === true && 'access_token' in body && { token_type: 'bearer' }),
      ...(quirks.answerScopeSeparator !== undefined &&
        typeof body['scope'] === 'string' && {
          scope: body['scope'].split(quirks.answerScopeSeparator).join(' ').trim(),
        }),
    };
    return {
      status: failed && answer.status === 200 ? 400 : answer.status,
      headers: asJsonAnswer(answer.headers),
      body: oneChunk(
        JSON.stringify(failed ? { ...changed, error: errorCode(body['error']) } : changed),
      ),
    };
  };
}

/** Codes that mean the same as one of RFC 6749, at services that made up their own. */
const synonyms: Readonly<Record<string, string>> = {
  bad_verification_code: 'invalid_grant',
  bad_refresh_token: 'invalid_grant',
  incorrect_client_credentials: 'invalid_client',
  invalid_code: 'invalid_grant',
  code_already_used: 'invalid_grant',
  invalid_refresh_token: 'invalid_grant',
  token_expired: 'invalid_grant',
  token_revoked: 'invalid_grant',
  invalid_client_id: 'invalid_client',
  bad_client_secret: 'invalid_client',
  account_inactive: 'invalid_grant',
  fatal_error: 'temporarily_unavailable',
  internal_error: 'temporarily_unavailable',
  ratelimited: 'temporarily_unavailable',
  request_timeout: 'temporarily_unavailable',
  service_unavailable: 'temporarily_unavailable',
};

function errorCode(error: unknown): unknown {
  return typeof error === 'string' ? (synonyms[error] ?? error) : error;
}

function asJson(request: OAuthRequest): OAuthRequest {
  if (request.body === undefined) return request;
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => name.toLowerCase() !== 'content-type'),
  );
  return {
    ...request,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(Object.fromEntries(new URLSearchParams(request.body))),
  };
}

/** JSON, or the form that OAuth 2.0 drafts had and some services still answer with. */
async function readAnswer({
  headers,
  body,
}: OAuthAnswer): Promise<Record<string, unknown> | undefined> {
  if (body === null) return undefined;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > longestAnswer) return undefined;
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  const type = headers.get('content-type') ?? '';
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) return readForm(text);
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function readForm(text: string): Record<string, unknown> {
  const form = new URLSearchParams(text);
  const seconds = form.get('expires_in');
  return {
    ...Object.fromEntries(form),
    ...(seconds !== null && /^\d{1,12}$/.test(seconds) && { expires_in: Number(seconds) }),
  };
}

const ofToken = ['access_token', 'refresh_token', 'expires_in', 'scope', 'token_type'];

/** A token of a person that comes within an answer whose own token is somebody else's. */
function fromInside(
  body: Record<string, unknown>,
  name: string | undefined,
): Record<string, unknown> {
  const inside = name === undefined ? undefined : body[name];
  if (!isRecord(inside) || typeof inside['access_token'] !== 'string') return body;
  const others = Object.entries(body).filter(([member]) => !ofToken.includes(member));
  return { ...Object.fromEntries(others), ...inside };
}

function asJsonAnswer(headers: OAuthAnswer['headers']): OAuthAnswer['headers'] {
  return {
    get: (name) => (name.toLowerCase() === 'content-type' ? 'application/json' : headers.get(name)),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
