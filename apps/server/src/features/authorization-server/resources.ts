import { baseUrlFor, resourcePath, resourceUrl } from '@plugboard/gateway';

/**
 * The canonical URL of the endpoint that a client names as the resource it wants a token for (RFC
 * 8707). Undefined for what is no URL of an endpoint here. Whether there is such a toolbox is not
 * looked at: a token for one that is not there opens an endpoint that serves nothing.
 */
export function canonicalResource(base: string, indicator: string): string | undefined {
  const asked = URL.parse(indicator);
  if (!asked || asked.search !== '' || asked.hash !== '' || asked.username !== '') return undefined;
  if (asked.password !== '' || indicator.includes('?') || indicator.includes('#')) return undefined;
  const prefix = baseUrlFor(base, asked.host);
  if (asked.origin !== new URL(prefix).origin) return undefined;
  const basePath = new URL(base).pathname.replace(/\/$/, '');
  if (!asked.pathname.startsWith(`${basePath}/`)) return undefined;
  const path = resourcePath(asked.pathname.slice(basePath.length));
  return path === undefined ? undefined : resourceUrl(base, path);
}
