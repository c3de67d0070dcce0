import { createSign } from 'node:crypto';

import { isAppError } from '@plugboard/contracts';
import { type OutboundFetch, openOutboundFetch } from '@plugboard/runtime';

import { parseKeyFile } from '../formats/service-account.ts';
import type { CredentialFields } from '../vault.ts';
import type { AskOptions, Verdict } from './ask-service.ts';

/** Never what the key file names: whoever gave it could have it sent anywhere. */
const tokenEndpoint = 'https://oauth2.googleapis.com/token';
const scope = 'https://www.googleapis.com/auth/userinfo.email';
const timeoutMs = 15_000;

/** Asks Google whether it accepts the key of a service account (RFC 7523 section 2.1). */
export async function askGoogle(
  { json }: CredentialFields,
  now: number,
  { signal, open = () => openOutboundFetch(false) }: AskOptions,
): Promise<Verdict> {
  const file = json && parseKeyFile(json.reveal());
  if (!file) return { outcome: 'unknown', message: 'It is not known how to test this key file.' };
  const { client_email: email, private_key: key, private_key_id: keyId } = file;
  const seconds = Math.floor(now / 1000);
  const head = encode({ alg: 'RS256', typ: 'JWT', ...(keyId !== undefined && { kid: keyId }) });
  const claims = { iss: email, scope, aud: tokenEndpoint, iat: seconds, exp: seconds + 300 };
  const text = `${head}.${encode(claims)}`;
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: `${text}.${createSign('RSA-SHA256').update(text).sign(key, 'base64url')}`,
  });
  try {
    await using outbound: OutboundFetch = await open();
    const { status } = await outbound.fetch(tokenEndpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: body.toString(),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    if (status === 200) return { outcome: 'accepted', message: 'Google accepts the key.' };
    if (status === 400 || status === 401) {
      return { outcome: 'refused', message: `Google refuses the key (HTTP ${status}).` };
    }
    return { outcome: 'unknown', message: `Google answered with HTTP ${status}.` };
  } catch (error) {
    if (signal.aborted || (isAppError(error) && error.code === 'internal')) throw error;
    return { outcome: 'unknown', message: 'Google could not be asked.' };
  }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
