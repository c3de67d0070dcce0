import { AppError, newId } from '@plugboard/contracts';

import type { AppServices } from '../../app/services.ts';
import { endSessionsOf } from './end-sessions.ts';
import { requireStrongPassword } from './password-strength.ts';

type Services = Pick<AppServices, 'db' | 'people' | 'clock'>;

export interface NewUser {
  readonly name: string;
  /** In lower case. */
  readonly email: string;
  readonly password: string;
  /** Whether it is known that the address is theirs: who passes on an invitation's link may be another. */
  readonly emailIsProved: boolean;
}

/** Makes a user with a password. Throws `AppError('conflict')` when the address has one already. */
export async function createUser(
  services: Services,
  { name, email, password, emailIsProved }: NewUser,
): Promise<string> {
  await requireStrongPassword(password, [name, email]);
  const hash = await hashPassword(services, password);
  const id = newId();
  return services.db.transaction().execute(async (tx) => {
    const made = await tx
      .insertInto('users')
      .values({ id, name, email, email_verified: emailIsProved })
      .onConflict((conflict) => conflict.column('email').doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!made) {
      throw new AppError(
        'conflict',
        'There is an account with this e-mail address. Sign in to it.',
      );
    }
    await tx.insertInto('user_accounts').values(passwordAccount(id, hash)).execute();
    return id;
  });
}

/** Sets a password, and ends all sessions: who knew the one before is out. */
export async function setPassword(
  services: Services,
  userId: string,
  password: string,
): Promise<void> {
  const { db } = services;
  const { name, email } = await db
    .selectFrom('users')
    .where('id', '=', userId)
    .select(['name', 'email'])
    .executeTakeFirstOrThrow();
  await requireStrongPassword(password, [name, email]);
  const hash = await hashPassword(services, password);
  await db
    .insertInto('user_accounts')
    .values(passwordAccount(userId, hash))
    .onConflict((conflict) =>
      conflict.columns(['provider_id', 'account_id']).doUpdateSet({ password: hash }),
    )
    .execute();
  await db.deleteFrom('password_links').where('user_id', '=', userId).execute();
  await endSessionsOf(services, userId);
}

/**
 * Notes that a user has shown that the address is theirs. The first time their passkeys go: whoever
 * made the account before them may have left one.
 */
export async function proveEmail({ db }: Pick<Services, 'db'>, userId: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const proved = await tx
      .updateTable('users')
      .set({ email_verified: true })
      .where('id', '=', userId)
      .where('email_verified', '=', false)
      .returning('id')
      .executeTakeFirst();
    if (proved) await tx.deleteFrom('user_passkeys').where('user_id', '=', userId).execute();
  });
}

/** Takes a second factor and passkeys away, with sessions and half-done sign-ins. */
export async function removeFactors({ db }: Pick<Services, 'db'>, userId: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx.deleteFrom('user_two_factors').where('user_id', '=', userId).execute();
    await tx.deleteFrom('user_passkeys').where('user_id', '=', userId).execute();
    await tx
      .updateTable('users')
      .set({ two_factor_enabled: false })
      .where('id', '=', userId)
      .execute();
    await tx.deleteFrom('user_sessions').where('user_id', '=', userId).execute();
  });
}

async function hashPassword({ people }: Services, password: string): Promise<string> {
  const auth = await people.auth();
  const context = await auth.$context;
  return context.password.hash(password);
}

function passwordAccount(userId: string, password: string) {
  return {
    id: newId(),
    user_id: userId,
    provider_id: 'credential',
    account_id: userId,
    password,
  };
}
