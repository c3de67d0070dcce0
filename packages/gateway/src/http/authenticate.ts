import type { IncomingMessage } from 'node:http';

import type { AgentDirectory, AgentIdentity } from '../ports.ts';
import { baseUrlFor, resourceMetadataUrl, resourceUrl } from './protected-resource.ts';

/**
 * Whom a request comes from. A token comes in `Authorization: Bearer` alone, never in a URL (OAuth 2.1
 * section 5.1.1), and opens the endpoints that it was issued for and no other (RFC 8707).
 */
export async function authenticate(
  request: IncomingMessage,
  agents: AgentDirectory,
  resource: { readonly baseUrl: string; readonly path: string },
): Promise<AgentIdentity | undefined> {
  const match = /^Bearer +([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '');
  const identity = match?.[1] === undefined ? undefined : await agents.find(match[1]);
  if (!identity?.resources) return identity;
  const own = resourceUrl(resource.baseUrl, resource.path);
  if (identity.resources.includes(own)) return identity;
  await agents.refused?.(identity, 'token_of_another_endpoint');
  return undefined;
}

/**
 * What an agent without a good token is told (RFC 6750 section 3, RFC 9728 section 5.1). A token of
 * another endpoint is told no more than one that never was, and an endpoint that does not exist
 * challenges like one that does.
 */
export function challenge(
  request: IncomingMessage,
  resource: { readonly baseUrl: string; readonly path: string },
): { message: string; wwwAuthenticate: string } {
  const base = baseUrlFor(resource.baseUrl, request.headers.host);
  const metadata = resourceMetadataUrl(base, resource.path);
  const where = `resource_metadata="${metadata}", scope="${agentScope}"`;
  if (request.headers.authorization === undefined) {
    return {
      message:
        'This endpoint needs an agent token: sign in by OAuth, or send "Authorization: Bearer <token>". `plugboard agent token create <agent>` makes one.',
      wwwAuthenticate: `Bearer realm="plugboard", ${where}`,
    };
  }
  return {
    message:
      'This token is not known here, is for another endpoint, has expired, or was revoked. Sign in again by OAuth, or make a new one with `plugboard agent token create <agent>`.',
    wwwAuthenticate: `Bearer realm="plugboard", error="invalid_token", ${where}`,
  };
}

/** The one scope there is: what a token may be used for is the agent's grants and its toolboxes. */
export const agentScope = 'mcp';
