/**
 * What the names of our cookies begin with. A browser takes one that begins with __Host- over https
 * alone, from this host alone, and for all of its paths. Cookies know no ports, so on http, where
 * several servers may run on one machine, the port is in the name.
 */
export function cookiePrefix(baseUrl: string): string {
  const { protocol, port } = new URL(baseUrl);
  return protocol === 'https:' ? '__Host-plugboard' : `plugboard-${port || '80'}`;
}

/** The cookie of a session. */
export function sessionCookieName(prefix: string): string {
  return `${prefix}.session_token`;
}

/** The value of a cookie that a request carries. */
export function readCookie(headers: Headers, name: string): string | undefined {
  for (const pair of (headers.get('cookie') ?? '').split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}
