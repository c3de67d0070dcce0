/**
 * Whether a browser says that a request was made by a page of ours. One that says nothing is not
 * believed: every browser names the origin of what it posts.
 */
export function isSameOrigin(headers: Headers, baseUrl: string): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin') return false;
  const origin = headers.get('origin');
  if (origin === null) return site === 'same-origin';
  const from = URL.parse(origin);
  if (!from) return false;
  return from.origin === new URL(baseUrl).origin || from.host === headers.get('host');
}
