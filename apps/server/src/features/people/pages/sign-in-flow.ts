import type { Context } from 'hono';
import { z } from 'zod';

import { clientAddress } from '../limits/client-address.ts';
import {
  accountLimit,
  addressLimit,
  clearAttempts,
  returnAttempt,
  takeAttempt,
} from '../limits/limits.ts';
import { sessionTokenOf } from '../session-cookie.ts';
import { recordSignIn } from '../sign-in-audit.ts';
import { authHeaders, type PageServices, passCookies } from './page-context.ts';

export type SignInOutcome = 'done' | 'second_factor' | 'refused';

const answerSchema = z.object({
  twoFactorRedirect: z.literal(true).optional(),
  token: z.string().nullish(),
  user: z.object({ id: z.string() }).optional(),
});

/**
 * Signs in by password, with attempts counted before the password is looked at. Whether an address has
 * an account shows neither in the outcome nor in what is done: an unknown one costs a hash, too.
 */
export async function signInByPassword(
  c: Context,
  services: PageServices,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<SignInOutcome> {
  const address = clientAddress(c, services.server.trustedProxies);
  await takeAttempt(services, addressLimit, address);
  await takeAttempt(services, accountLimit, email);
  const auth = await services.people.auth();
  const response = await auth.api.signInEmail({
    body: { email, password: password.slice(0, 1000) },
    headers: authHeaders(c, services, { session: false }),
    asResponse: true,
  });
  if (!response.ok) {
    const user = await userOf(services, email);
    await recordSignIn(services, 'sign_in.refused', user, {
      reason: user === undefined ? 'unknown_account' : 'wrong_password',
      address,
    });
    return 'refused';
  }
  const answer = answerSchema.parse(await response.json());
  passCookies(c, response);
  if (answer.twoFactorRedirect) return 'second_factor';
  await finishSignIn(c, services, { userId: answer.user?.id ?? '', method: 'password', email });
  return 'done';
}

/** The second step, by a code of an app or a backup code. */
export async function signInBySecondFactor(
  c: Context,
  services: PageServices,
  code: string,
): Promise<SignInOutcome> {
  const address = clientAddress(c, services.server.trustedProxies);
  await takeAttempt(services, addressLimit, address);
  const auth = await services.people.auth();
  const headers = authHeaders(c, services, { session: false });
  const isBackupCode = !/^\d{6}$/.test(code);
  const options = { body: { code }, headers, asResponse: true } as const;
  const response = isBackupCode
    ? await auth.api.verifyBackupCode(options)
    : await auth.api.verifyTOTP(options);
  if (!response.ok) {
    await recordSignIn(services, 'sign_in.refused', undefined, { reason: 'wrong_code', address });
    return 'refused';
  }
  const { user, token } = answerSchema.parse(await response.json());
  const userId = user?.id ?? '';
  if (!isBackupCode && !(await isFirstUse(services, userId, code))) {
    await services.db
      .deleteFrom('user_sessions')
      .where('token', '=', token ?? '')
      .execute();
    await recordSignIn(services, 'sign_in.refused', userId, { reason: 'code_used', address });
    return 'refused';
  }
  passCookies(c, response);
  const method = isBackupCode ? 'backup_code' : 'second_factor';
  await finishSignIn(c, services, { userId, method, email: undefined });
  return 'done';
}

/** What every way of signing in ends with: the session of before ends, for nothing may outlive it. */
export async function finishSignIn(
  c: Context,
  services: PageServices,
  signedIn: {
    readonly userId: string;
    readonly method: string;
    readonly email: string | undefined;
  },
): Promise<void> {
  const { people, db } = services;
  const before = await sessionTokenOf(c.req.raw.headers, people.cookiePrefix, () =>
    people.sessionKey(),
  );
  if (before !== undefined) {
    await db.deleteFrom('user_sessions').where('token', '=', before).execute();
  }
  const address = clientAddress(c, services.server.trustedProxies);
  const email = signedIn.email ?? (await emailOf(services, signedIn.userId));
  if (email !== undefined) await clearAttempts(services, accountLimit, email);
  await returnAttempt(services, addressLimit, address);
  await recordSignIn(services, 'sign_in.done', signedIn.userId, {
    method: signedIn.method,
    address,
  });
}

/** A code is good for half a minute, and once. */
async function isFirstUse(services: PageServices, userId: string, code: string): Promise<boolean> {
  const once = { name: 'code', attempts: 1, perMs: 120_000 };
  try {
    await takeAttempt(services, once, `${userId}\n${code}`);
    return true;
  } catch {
    return false;
  }
}

async function userOf({ db }: PageServices, email: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('users')
    .select('id')
    .where('email', '=', email)
    .executeTakeFirst();
  return row?.id;
}

async function emailOf({ db }: PageServices, userId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('users')
    .select('email')
    .where('id', '=', userId)
    .executeTakeFirst();
  return row?.email;
}
