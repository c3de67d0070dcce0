import type { CallClient } from '../call/call-client.ts';
import type { SessionRelay } from './relay.ts';
import type { Session } from './session.ts';

/**
 * The client of a session as calls see it. Where it declared something that a server may ask for, it is
 * asked on the stream of the call, by `send`; that answers false when there is none.
 */
export function clientOf(
  relay: Pick<SessionRelay, 'ask'>,
  session: Session,
  send: (message: Buffer) => boolean,
): CallClient {
  const { key, facts, logLevel } = session;
  const { capabilities, info, canBeAsked } = facts;
  return {
    era: 'legacy',
    key,
    capabilities,
    info,
    logLevel,
    ask: canBeAsked ? (question) => relay.ask(session, question, send) : undefined,
  };
}
