import { isAppError } from '@plugboard/contracts';
import { isOAuthFailure } from '@plugboard/oauth';

import { type Author, commitChange } from '../change.ts';
import type { ConnectionServices } from './services.ts';

/** Why a connection did not come about or ended, in words for a person, by its code. */
const words: Readonly<Record<string, string>> = {
  no_state: 'This address belongs to no sign-in that is under way.',
  unknown_state: 'This sign-in is not known here, or it was used already. Begin again.',
  expired: 'This sign-in was begun too long ago. Begin again.',
  other_browser: 'This sign-in was begun in another browser. Begin again in this one.',
  other_member: 'This sign-in was begun by somebody else. Begin one of your own.',
  signed_out: 'You are signed out of Plugboard. Sign in, and begin again.',
  not_permitted: 'You may not connect this any more. Ask an owner or admin of the organization.',
  malformed: 'The service sent an answer that does not fit. Begin again.',
  denied: 'The service says that access was denied.',
  other_account:
    'You signed in there with another account than this connection is of. Sign in with the same one, or remove the connection and make a new one.',
  not_consented: 'You did not say yes.',
  client: 'The service does not know Plugboard any more. Begin again to register anew.',
  refused: 'The service ended what it had granted. Sign in again.',
  interrupted:
    'Renewing it was cut off, and the service takes no refresh token twice. Sign in again.',
  ended: 'Its access has ended, and the service gave nothing to renew it with. Sign in again.',
  token_refused: 'The server does not take its token any more. Sign in again.',
  identity: 'The identity provider that vouches for it needs sign-in. Sign in there again first.',
  client_refused:
    'The service does not accept the client that was entered. An admin must enter its secret or key anew.',
  client_unknown: 'The service does not know Plugboard any more. Sign in again.',
  scopes: 'A server asks for more than was granted. Sign in again to permit it.',
  revoked: 'It was revoked.',
};

export function wordsFor(code: string): string {
  return words[code] ?? `The sign-in did not work (${code}). Begin again, or ask the service.`;
}

/** The short code of a failure: never anything that a server or a browser sent. */
export function codeOf(error: unknown): string {
  if (isOAuthFailure(error)) {
    return error.kind === 'denied' || error.kind === 'client' ? error.kind : error.reason;
  }
  if (isAppError(error)) {
    const reason = error.details?.['reason'];
    return typeof reason === 'string' ? reason : error.code;
  }
  return 'internal';
}

export interface Refusal {
  readonly reason: string;
  readonly requestId?: string | undefined;
  readonly connectionId?: string | undefined;
  readonly issuer?: string | undefined;
}

/** Puts a refusal on record, with its code and never with what was sent. */
export async function recordRefusal(
  services: Pick<ConnectionServices, 'db' | 'audit' | 'clock' | 'heard'>,
  author: Author,
  { reason, requestId, connectionId, issuer }: Refusal,
): Promise<void> {
  await commitChange(services, author, async () => ({
    result: undefined,
    record: {
      kind: 'connection.refused',
      change: {
        reason,
        ...(requestId !== undefined && { requestId }),
        ...(connectionId !== undefined && { connectionId }),
        ...(issuer !== undefined && { issuer }),
      },
    },
    events: [],
  }));
}

/**
 * Does what may be refused for reasons of security, and puts it on record when it was: addresses that may
 * not be reached, servers that break the rules that protect somebody, and what a member may not do.
 */
export async function recordingRefusals<T>(
  services: Pick<ConnectionServices, 'db' | 'audit' | 'clock' | 'heard'>,
  author: Author,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isRefusal =
      isAppError(error, 'forbidden') ||
      isOAuthFailure(error, 'protocol') ||
      (isAppError(error) && error.details?.['reason'] === 'issuer_changed');
    if (isRefusal) await recordRefusal(services, author, { reason: codeOf(error) });
    throw error;
  }
}
