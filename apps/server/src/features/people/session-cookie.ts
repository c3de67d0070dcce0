import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';

import { readCookie, sessionCookieName } from './cookie-names.ts';

/**
 * The token of the session whose cookie a request carries, if its signature is ours. The database
 * holds tokens without signatures: whoever reads it can make no cookie of them.
 */
export async function sessionTokenOf(
  headers: Headers,
  prefix: string,
  sessionKey: () => Promise<KeyObject>,
): Promise<string | undefined> {
  const value = readCookie(headers, sessionCookieName(prefix));
  if (value === undefined || value.length > 500) return undefined;
  const text = decode(value);
  const dot = text.lastIndexOf('.');
  if (dot < 1) return undefined;
  const token = text.slice(0, dot);
  const expected = createHmac('sha256', cookieSecret(await sessionKey()))
    .update(token)
    .digest();
  const given = Buffer.from(text.slice(dot + 1), 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected) ? token : undefined;
}

/** What better-auth signs cookies and seals second factors with. */
export function cookieSecret(sessionKey: KeyObject): string {
  return sessionKey.export().toString('hex');
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return '';
  }
}
