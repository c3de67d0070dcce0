import type { KeyObject } from 'node:crypto';

import { newId } from '@plugboard/contracts';
import { betterAuth } from 'better-auth';

import { cookiePrefix } from '../cookie-names.ts';
import { maxPasswordLength, minPasswordLength } from '../password-strength.ts';
import type { PeopleOptions, SignInMethod } from '../people.ts';
import { cookieSecret } from '../session-cookie.ts';
import { absoluteMs, freshMs } from '../session-ends.ts';
import { authModels } from './auth-models.ts';
import { authPlugins } from './auth-plugins.ts';
import { relyingParty } from './relying-party.ts';

export type PeopleAuth = ReturnType<typeof createAuth>;

/**
 * better-auth on our tables. It checks passwords, codes and passkeys and makes sessions; who is a
 * member of what, pages, limits and the record of it all are ours. Nothing of it is reachable from
 * outside but what `auth-app.ts` lets through.
 */
export function createAuth({ db, urls, log, key }: PeopleOptions & { readonly key: KeyObject }) {
  const prefix = cookiePrefix(urls.base);
  const { origins } = relyingParty(urls.base);
  return betterAuth({
    appName: 'Plugboard',
    baseURL: new URL(urls.base).origin,
    basePath: '/auth',
    // As a list, or BETTER_AUTH_SECRETS of the environment would take its place.
    secrets: [{ version: 1, value: cookieSecret(key) }],
    database: { db, type: 'postgres', transaction: true },
    trustedOrigins: [...origins],
    telemetry: { enabled: false },
    logger: { log: (level, message) => log.debug({ level }, `sign-in: ${message}`) },
    // Ours count in the database, for all nodes: see limits/.
    rateLimit: { enabled: false },
    advanced: {
      cookiePrefix: prefix,
      // The prefix says it already, and better-auth would put another before it.
      useSecureCookies: false,
      defaultCookieAttributes: {
        secure: prefix.startsWith('__Host-'),
        httpOnly: true,
        sameSite: 'lax',
        path: '/',
      },
      // Ours tells whom to believe about addresses.
      ipAddress: { disableIpTracking: true },
      database: { generateId: () => newId(), validateSchema: false },
    },
    ...authModels,
    emailAndPassword: {
      enabled: true,
      // Accounts are made by invitations, and by the first owner's link.
      disableSignUp: true,
      minPasswordLength,
      maxPasswordLength,
    },
    session: {
      ...authModels.session,
      expiresIn: absoluteMs / 1000,
      disableSessionRefresh: true,
      freshAge: freshMs / 1000,
    },
    databaseHooks: {
      session: {
        create: {
          before: async (session, context) => ({
            data: {
              ...session,
              method:
                context?.path === '/change-password'
                  ? (context.context.session?.session['method'] ?? 'password')
                  : methodOf(context?.path),
            },
          }),
        },
      },
    },
    plugins: authPlugins(urls.base),
  });
}

/** What was proved by the endpoint that makes a session. */
function methodOf(path: string | undefined): SignInMethod {
  if (path?.startsWith('/two-factor/verify-')) return 'second_factor';
  if (path === '/passkey/verify-authentication') return 'passkey';
  if (path?.startsWith('/sso/')) return 'sso';
  return 'password';
}
