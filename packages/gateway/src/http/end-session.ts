import type { Sessions } from '../session/sessions.ts';
import type { Exchange } from './exchange.ts';
import { sessionOf } from './session-of.ts';

/** DELETE: the client is done with its session. */
export async function endSession(
  { sessions }: { readonly sessions: Sessions },
  exchange: Exchange,
): Promise<void> {
  const session = await sessionOf(sessions, exchange);
  if (!session) return;
  await sessions.end(session);
  exchange.response.writeHead(204).end();
}
