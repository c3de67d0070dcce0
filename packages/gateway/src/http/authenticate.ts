import type { IncomingMessage } from 'node:http';

import type { AgentDirectory, AgentIdentity } from '../ports.ts';

/** A token comes in `Authorization: Bearer` alone, never in a URL (OAuth 2.1 section 5.1.1). */
export async function authenticate(
  request: IncomingMessage,
  agents: AgentDirectory,
): Promise<AgentIdentity | undefined> {
  const match = /^Bearer +([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '');
  return match?.[1] === undefined ? undefined : agents.find(match[1]);
}

/** What an agent without a good token is told (RFC 6750 section 3). */
export function challenge(request: IncomingMessage): { message: string; wwwAuthenticate: string } {
  if (request.headers.authorization === undefined) {
    return {
      message:
        'This endpoint needs an agent token: send "Authorization: Bearer <token>". `plugboard agent token create <agent>` makes one.',
      wwwAuthenticate: 'Bearer realm="plugboard"',
    };
  }
  return {
    message:
      'This token is not known here, has expired, or was revoked. `plugboard agent token create <agent>` makes a new one.',
    wwwAuthenticate: 'Bearer realm="plugboard", error="invalid_token"',
  };
}
