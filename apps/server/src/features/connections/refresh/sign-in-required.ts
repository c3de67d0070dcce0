import { AppError } from '@plugboard/contracts';

import type { ServerUrls } from '../../../http/urls.ts';
import type { ConnectionState } from './connection-state.ts';

/** Why a connection needs sign-in; stored and shown. */
export type SignInReason =
  /** The provider refused the refresh token: revoked there, ended, or used by somebody else. */
  | 'refused'
  /** A person or a policy at the provider said no. */
  | 'denied'
  /** An attempt was cut off after the provider may have changed the refresh token for another. */
  | 'interrupted'
  /** It ended, and there is no refresh token. */
  | 'ended'
  /** The server refused a token that should be good, and there is no refresh token. */
  | 'token_refused'
  /** The provider knows Plugboard's registration no more. */
  | 'client_unknown'
  /** The provider refuses the client that an admin entered: its secret or key is not the one it knows. */
  | 'client_refused'
  /** The connection to the identity provider that vouches needs sign-in. */
  | 'identity'
  /** A member disconnected it. */
  | 'revoked'
  /** A server asks for scopes that were not granted. */
  | 'scopes';

const because: Readonly<Record<SignInReason, string>> = {
  refused: 'its provider has ended the access',
  denied: 'its provider denied the access',
  interrupted: 'renewing it was cut off, and its provider takes no refresh token twice',
  ended: 'its access has ended, and its provider gave nothing to renew it with',
  token_refused: 'the server does not take its token any more',
  client_unknown: 'its provider does not know this Plugboard any more',
  client_refused: "its provider does not accept Plugboard's client",
  identity: 'the identity provider that vouches for it needs sign-in',
  revoked: 'it was disconnected',
  scopes: 'the server asks for more than was granted',
};

/** All of them: other rooms have words of their own for each. */
export const signInReasons: readonly string[] = Object.keys(because);

export function isSignInReason(reason: string | null): reason is SignInReason {
  return reason !== null && Object.hasOwn(because, reason);
}

/** Says whose sign-in is missing, why, and where to do it. */
export function signInRequired(
  { base }: Pick<ServerUrls, 'base'>,
  connection: ConnectionState,
  reason: SignInReason,
  scopes?: readonly string[],
): AppError {
  const { id, name, owner, ownerName, identityId } = connection;
  const signsIn = reason === 'identity' && identityId !== null ? identityId : id;
  const connectUrl = `${base}/connect/${signsIn}`;
  return new AppError(
    'sign_in_required',
    `The connection "${name}" needs sign-in: ${because[reason]}. ${cure(connection, reason, connectUrl)}`,
    {
      details: {
        who: { ...owner, name: ownerName },
        connection: id,
        reason,
        ...(isForPerson(connection, reason) && { connectUrl }),
        ...(scopes && { scopes }),
      },
    },
  );
}

/**
 * Whether it is asked for again by itself while it needs sign-in: what is wrong is mended elsewhere,
 * and nobody comes back here to say so.
 */
export function mendsItself({ grant, reason }: ConnectionState): boolean {
  return grant !== 'authorization_code' || reason === 'client_refused';
}

function isForPerson({ grant }: ConnectionState, reason: SignInReason): boolean {
  if (reason === 'client_refused') return false;
  return grant === 'authorization_code' || reason === 'identity';
}

function cure(connection: ConnectionState, reason: SignInReason, connectUrl: string): string {
  const { owner, ownerName, provider, issuer } = connection;
  if (isForPerson(connection, reason)) {
    const who = owner.kind === 'member' ? ownerName : `An admin, for ${ownerName},`;
    return `${who} can sign in again at ${connectUrl}`;
  }
  const admin =
    reason === 'client_refused'
      ? `An admin must enter the secret or key that ${issuer} has of it (plugboard provider set${provider === null ? '' : ` ${provider}`}).`
      : `No person signs in for it: an admin must permit it at ${issuer}.`;
  return `${admin} Plugboard then asks again by itself.`;
}

/** A renewal failed, and is tried again by itself. */
export function notRenewed({ name, retryInMs }: ConnectionState): AppError {
  const retryAfterMs = Math.max(1, Math.ceil(retryInMs ?? 0));
  return new AppError(
    'upstream_failed',
    `The connection "${name}" could not be renewed: its provider does not answer as it should. Plugboard tries again in ${Math.ceil(retryAfterMs / 1000)} seconds.`,
    { retryAfterMs },
  );
}

/** Somebody else renews it, and takes long. */
export function stillRenewed({ name }: ConnectionState): AppError {
  return new AppError(
    'upstream_timeout',
    `The connection "${name}" is being renewed, and its provider takes long to answer. Try again in a moment.`,
    { retryAfterMs: 1000 },
  );
}
