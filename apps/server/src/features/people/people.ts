import type { KeyObject } from 'node:crypto';

import type { Kysely } from 'kysely';
import type { Logger } from 'pino';

import type { ServerUrls } from '../../http/urls.ts';
import type { Database } from '../../store/schema.ts';
import type { Role } from '../members/policy.ts';
import type { PeopleAuth } from './auth/create-auth.ts';
import { readSession } from './read-session.ts';
import { sessionTokenOf } from './session-cookie.ts';
import { cookiePrefix } from './cookie-names.ts';

/** In which organization a person is what. */
export interface Membership {
  readonly organizationId: string;
  readonly organizationName: string;
  readonly memberId: string;
  readonly role: Role;
}

export interface WithheldMembership extends Membership {
  /** What the organization wants of a session: a second factor or a passkey, or its own provider. */
  readonly wants: 'second_factor' | 'sso';
}

/** A person with a session that is in force. */
export interface SignedIn {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly sessionId: string;
  /** How they proved who they are. */
  readonly method: SignInMethod;
  /** The organization that they act in: one of `memberships`. */
  readonly activeOrganizationId: string | undefined;
  /** Where they may act now: memberships that are suspended are not among them. */
  readonly memberships: readonly Membership[];
  /** Where they may act once they have signed in as the organization wants. */
  readonly withheld: readonly WithheldMembership[];
  /** Whose provider spoke for them: the session opens that organization alone, and nothing of the account. */
  readonly ssoOrganizationId: string | undefined;
  /** Epoch milliseconds at which they last proved who they are. */
  readonly authenticatedAt: number;
}

/** `recovery`: by an owner's link, made on the host. */
export type SignInMethod = 'password' | 'second_factor' | 'passkey' | 'sso' | 'recovery';

export interface ReadSessionOptions {
  /** Whether this is a use of the session, which keeps it from ending for idleness; it is by default. */
  readonly touch?: boolean;
}

export interface People {
  /** Who a request's session cookie speaks for; undefined for nobody, whatever the reason. */
  signedIn(headers: Headers, options?: ReadSessionOptions): Promise<SignedIn | undefined>;
  /** What people sign in with, loaded at its first use. */
  auth(): Promise<PeopleAuth>;
  /** Signs cookies, seals second factors, and is what form tokens are made of. */
  sessionKey(): Promise<KeyObject>;
  /** Of all cookies: begins with __Host- where the server is reached by https. */
  readonly cookiePrefix: string;
}

export interface PeopleOptions {
  readonly db: Kysely<Database>;
  readonly urls: ServerUrls;
  readonly clock: () => number;
  readonly log: Logger;
  readonly sessionKey: () => Promise<KeyObject>;
}

export function createPeople(options: PeopleOptions): People {
  const prefix = cookiePrefix(options.urls.base);
  let auth: Promise<PeopleAuth> | undefined;
  let key: Promise<KeyObject> | undefined;
  const sessionKey = () => {
    key ??= options.sessionKey().catch((error: unknown) => {
      key = undefined;
      throw error;
    });
    return key;
  };
  return {
    cookiePrefix: prefix,
    sessionKey,
    auth() {
      auth ??= import('./auth/create-auth.ts')
        .then(async ({ createAuth }) => createAuth({ ...options, key: await sessionKey() }))
        .catch((error: unknown) => {
          auth = undefined;
          throw error;
        });
      return auth;
    },
    async signedIn(headers, reading) {
      const token = sessionTokenOf(headers, prefix, sessionKey);
      const found = await token;
      return found === undefined ? undefined : readSession(options, found, reading);
    },
  };
}
