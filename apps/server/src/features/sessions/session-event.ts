import type { ChangeEvent } from '@plugboard/contracts';
import type { SessionAddress } from '@plugboard/gateway';

type SessionEvent = Extract<ChangeEvent, { kind: 'session' }>;

/** What all nodes hear when something of a session is for one of them. */
export function sessionEvent(
  { organizationId, idHash }: SessionAddress,
  about: SessionEvent['about'],
  id?: string,
): SessionEvent {
  const session = idHash.toString('base64url');
  return { kind: 'session', organizationId, session, about, ...(id !== undefined && { id }) };
}

/** Which session an event is about. */
export function addressOf({ organizationId, session }: SessionEvent): SessionAddress {
  return { organizationId, idHash: Buffer.from(session, 'base64url') };
}
