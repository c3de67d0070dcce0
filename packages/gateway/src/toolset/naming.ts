import { createHash } from 'node:crypto';

/** The longest tool name that every known client accepts. */
const maxNameLength = 64;
const separator = '__';
const digestLength = 10;

/**
 * The name of a tool or prompt on an endpoint that aggregates instances: `<instance>__<name>`.
 *
 * At most 64 characters of `[A-Za-z0-9_-]`, and a pure function of its two arguments, so that adding
 * a server never renames another's tools. A name that is too long or has other characters is
 * shortened and carries a hash of itself. Slugs have no underscore, so no two instances can meet.
 */
export function exposeName(instanceSlug: string, name: string): string {
  const plain = instanceSlug + separator + name;
  if (plain.length <= maxNameLength && /^[A-Za-z0-9_-]+$/.test(plain)) return plain;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, digestLength);
  const room = maxNameLength - instanceSlug.length - separator.length - 1 - digestLength;
  const readable = name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, room);
  return `${instanceSlug}${separator}${readable}_${digest}`;
}

/**
 * The URI, or URI template, of a resource on an endpoint that aggregates: the instance's slug and a
 * `+` before the scheme (RFC 3986 section 3.1 allows both there), so `file:///a` of `docs` becomes
 * `docs+file:///a` and template variables stay as they are.
 */
export function exposeUri(instanceSlug: string, uri: string): string {
  return `${instanceSlug}+${uri}`;
}

/** Takes apart what `exposeUri` made. Undefined when the URI carries no instance. */
export function parseExposedUri(uri: string): { instanceSlug: string; uri: string } | undefined {
  const match = /^([a-z][a-z0-9-]*)\+(.*)$/s.exec(uri);
  if (!match?.[1] || match[2] === undefined) return undefined;
  return { instanceSlug: match[1], uri: match[2] };
}
