import { buildError, requestedVersion, sendJson } from '@plugboard/protocol';

import type { Session } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import { type Exchange, refuse } from './exchange.ts';

/** JSON-RPC code that SDKs use for a session that is gone; clients go by the 404. */
const sessionNotFound = -32001;

/**
 * The session that a request names in `Mcp-Session-Id`. Undefined after answering 400 when it names
 * none, or 404 when there is none such, at which a client starts anew (Streamable HTTP, "Session
 * Management"). Rejects with `invalid_input` for an `MCP-Protocol-Version` that is not spoken here.
 */
export async function sessionOf(
  sessions: Sessions,
  { request, response, identity, endpoint }: Exchange,
): Promise<Session | undefined> {
  requestedVersion(request);
  const id = request.headers['mcp-session-id'];
  if (typeof id !== 'string') {
    refuse(
      response,
      400,
      'Mcp-Session-Id is missing: send initialize first and repeat the id it answers with.',
    );
    return undefined;
  }
  const session = await sessions.find(id, identity, endpoint);
  if (!session) {
    const text =
      'Session not found: it has ended, or belongs to another token or endpoint. Send initialize again.';
    sendJson(response, 404, [buildError(null, sessionNotFound, text)]);
  }
  return session;
}
