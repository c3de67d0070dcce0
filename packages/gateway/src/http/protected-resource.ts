import { parseEndpoint, parseSseTarget } from '../endpoint.ts';

const metadataPath = '/.well-known/oauth-protected-resource';

/**
 * The path that names an MCP endpoint as a protected resource: `/mcp…`, or `/sse…` for both paths of
 * HTTP with SSE. Undefined when the target of a request is no MCP URL; says nothing of whether
 * anything is there.
 */
export function resourcePath(target: string): string | undefined {
  const endpoint = parseEndpoint(target);
  if (endpoint) return `/mcp${endpoint.path}`;
  const sse = parseSseTarget(target);
  return sse && `/sse${sse.endpoint.path}`;
}

/** The canonical URL of an endpoint, as tokens name it (RFC 8707 section 2). */
export function resourceUrl(base: string, path: string): string {
  return base + path;
}

/**
 * Where an endpoint's metadata is (RFC 9728 section 3). Below the base URL also where that has a
 * path, for nothing else of the host is ours: such a client finds it by the challenge.
 */
export function resourceMetadataUrl(base: string, path: string): string {
  return base + metadataPath + path;
}

/** The endpoint that a request for metadata is about; `/mcp` where it names none. */
export function resourceOfMetadata(target: string): string | undefined {
  const [path = ''] = target.split('?', 1);
  if (path === metadataPath || path === `${metadataPath}/`) return '/mcp';
  if (!path.startsWith(`${metadataPath}/`)) return undefined;
  const rest = path.slice(metadataPath.length);
  const found = resourcePath(rest);
  // One spelling alone, so that what is compared with a client's URL is what it asked for.
  return found === rest ? found : undefined;
}

/**
 * The base URL as this client knows it: a machine's own names (localhost, 127.0.0.1, [::1]) are one
 * place, and a client compares what it is told with the URL that it was given.
 */
export function baseUrlFor(base: string, host: string | undefined): string {
  if (host === undefined) return base;
  const own = new URL(base);
  if (!isLoopback(own.hostname) || own.pathname !== '/') return base;
  const asked = URL.parse(`${own.protocol}//${host}`);
  if (!asked || !isLoopback(asked.hostname) || asked.port !== own.port) return base;
  return asked.origin;
}

function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
