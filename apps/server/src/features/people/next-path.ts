/**
 * Where to go after signing in, from what a link or form says: a path of this server, `/` when it is
 * anything else. Browsers read `\` as `/` and drop control characters, so neither may be in it.
 */
export function localPath(next: unknown): string {
  const fallback = '/';
  if (typeof next !== 'string' || next.length > 2000) return fallback;
  if (!/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(next)) return fallback;
  const base = 'http://plugboard.invalid';
  const url = URL.parse(next, base);
  if (url?.origin !== base || url.pathname.startsWith('//')) return fallback;
  return url.pathname + url.search;
}

/** The sign-in page that comes back to `next`. */
export function signInPath(next: string): string {
  return `/sign-in?next=${encodeURIComponent(localPath(next))}`;
}
