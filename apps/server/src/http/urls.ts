import { apiPrefix } from '@plugboard/contracts';
import { isIPv6 } from 'node:net';

/** Where the server is reached, without slashes at the ends. */
export interface ServerUrls {
  readonly base: string;
  readonly mcp: string;
  readonly api: string;
  readonly openapi: string;
}

/** The configured base URL, or the address it listens on. */
export function serverUrls(baseUrl: string | undefined, host: string, port: number): ServerUrls {
  const base = baseUrl ?? `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const api = base + apiPrefix;
  return { base, mcp: `${base}/mcp`, api, openapi: `${api}/openapi.json` };
}
