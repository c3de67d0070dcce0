import { z } from 'zod';

import type { Challenge } from './challenge.ts';
import { checkUrl, exchange } from './exchange.ts';
import type { ProtectedResource } from './facts.ts';
import { OAuthFailure } from './failure.ts';
import type { OAuthNetwork } from './network.ts';
import { readJson } from './read-json.ts';

const wellKnown = '/.well-known/oauth-protected-resource';
const maxServers = 10;

const words = z.array(z.string().max(500)).max(500).optional().catch(undefined);
const schema = z.object({
  resource: z.string().max(2000),
  authorization_servers: z.array(z.string().max(2000)).optional(),
  scopes_supported: words,
  resource_name: z.string().max(200).optional().catch(undefined),
  dpop_bound_access_tokens_required: z.boolean().optional().catch(undefined),
  dpop_signing_alg_values_supported: words,
});

/** The metadata of a resource (RFC 9728), or undefined when it has none. */
export async function discoverResource(
  input: OAuthNetwork & { readonly resource: string; readonly challenge?: Challenge | undefined },
): Promise<ProtectedResource | undefined> {
  const url = checkUrl(input.resource, input.allowHttp ?? false);
  for (const address of addresses(url, input.challenge)) {
    const response = await exchange(input, address, { method: 'GET' });
    if (response.status !== 200) continue;
    return readResource(await readJson(response, 'What the server says of itself'), url, input);
  }
  return undefined;
}

/** A resource of MCP 2025-03-26, whose own origin authorizes. */
export function guessResource(url: string): ProtectedResource {
  const canonical = new URL(url);
  canonical.hash = '';
  return {
    resource: canonical.href.replace(/^([a-z]+:\/\/[^/]+)\/$/, '$1'),
    described: false,
    authorizationServers: [canonical.origin],
    scopesSupported: undefined,
    name: undefined,
    dpopRequired: false,
    dpopAlgorithms: undefined,
  };
}

function addresses(url: URL, challenge: Challenge | undefined): readonly string[] {
  const path = url.pathname === '/' ? '' : url.pathname;
  return [
    ...new Set([
      ...(challenge?.resourceMetadata === undefined ? [] : [challenge.resourceMetadata]),
      `${url.origin}${wellKnown}${path}${url.search}`,
      `${url.origin}${wellKnown}`,
    ]),
  ];
}

function readResource(
  json: unknown,
  url: URL,
  input: OAuthNetwork & { readonly challenge?: Challenge | undefined },
): ProtectedResource {
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    throw new OAuthFailure(
      'protocol',
      'resource_malformed',
      'The server describes itself with values of the wrong kind.',
    );
  }
  const { data } = parsed;
  if (!covers(data.resource, url, input.allowHttp ?? false)) {
    throw new OAuthFailure(
      'protocol',
      'resource_mismatch',
      `${url.host} describes another resource than itself, so nothing of that is used. Ask its operator to correct "resource" in its metadata.`,
    );
  }
  return {
    resource: data.resource,
    described: true,
    authorizationServers: (data.authorization_servers ?? []).slice(0, maxServers),
    scopesSupported: data.scopes_supported,
    name: data.resource_name,
    dpopRequired:
      data.dpop_bound_access_tokens_required === true || input.challenge?.scheme === 'dpop',
    dpopAlgorithms: data.dpop_signing_alg_values_supported,
  };
}

/**
 * Whether a resource's name for itself covers a URL: the same, or a path above it at the same origin,
 * as the official SDKs have it (decision 025).
 */
function covers(resource: string, url: URL, allowHttp: boolean): boolean {
  const named = checkUrl(resource, allowHttp);
  if (named.origin !== url.origin) return false;
  if (named.search !== '' && named.search !== url.search) return false;
  const above = named.pathname.endsWith('/') ? named.pathname : `${named.pathname}/`;
  return `${url.pathname}/`.startsWith(above);
}
