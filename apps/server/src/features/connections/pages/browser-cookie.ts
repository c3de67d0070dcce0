import { idPattern } from '@plugboard/contracts';

import type { BrowserClaim } from '../flow/callback.ts';
import { requestMs } from '../flow/requests.ts';

/** More sign-ins at a time than anybody has. */
const mostClaims = 20;

/** One cookie for each sign-in under way, so that none speaks for another. */
function nameOf(prefix: string, requestId: string): string {
  return `${prefix}.connect-${requestId}`;
}

/** To be set when a browser begins. Lax: it comes back by a link of another site. */
export function browserCookie(prefix: string, claim: BrowserClaim): string {
  return write(
    prefix,
    claim.requestId,
    `${claim.organizationId}.${claim.secret}`,
    requestMs / 1000,
  );
}

/** To be set when it is over. */
export function endedCookie(prefix: string, requestId: string): string {
  return write(prefix, requestId, '', 0);
}

/** What the cookies of a request say was begun in this browser. */
export function readClaims(headers: Headers, prefix: string): readonly BrowserClaim[] {
  const start = nameOf(prefix, '');
  return (headers.get('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(start))
    .slice(0, mostClaims)
    .flatMap((pair) => {
      const equals = pair.indexOf('=');
      const requestId = pair.slice(start.length, equals);
      const [organizationId = '', secret = ''] = pair.slice(equals + 1).split('.');
      const isOne =
        idPattern.test(requestId) && idPattern.test(organizationId) && /^[\w-]{43}$/.test(secret);
      return isOne ? [{ requestId, organizationId, secret }] : [];
    });
}

function write(prefix: string, requestId: string, value: string, seconds: number): string {
  const secure = prefix.startsWith('__Host-') ? '; Secure' : '';
  return `${nameOf(prefix, requestId)}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure}`;
}
