import { AppError, isAppError } from '@plugboard/contracts';
import { type Context, Hono } from 'hono';

import { requireCsrf } from '../../../pages/csrf.ts';
import { createApiKey, revokeApiKey } from '../../members/api-keys/service.ts';
import type { Actor } from '../../members/policy.ts';
import { endSessionsOf } from '../end-sessions.ts';
import { clientAddress } from '../limits/client-address.ts';
import { accountLimit, addressLimit, clearAttempts, takeAttempt } from '../limits/limits.ts';
import { requireFresh } from '../require-fresh.ts';
import { requireStrongPassword } from '../password-strength.ts';
import type { SignedIn } from '../people.ts';
import { requireSignIn, type SignedInEnv } from '../require-sign-in.ts';
import { recordSignIn } from '../sign-in-audit.ts';
import { requireOwnSession } from '../sso/own-account.ts';
import { readAccount } from './account-data.ts';
import { accountPage, type Notice } from './account-view.ts';
import { authHeaders, field, type PageServices, passCookies } from './page-context.ts';
import { requireSame } from './password-pages.ts';
import { createSecondFactorPages } from './second-factor-pages.ts';

/** What people see to themselves. */
export function createAccountPages(services: PageServices): Hono<SignedInEnv> {
  const app = new Hono<SignedInEnv>();
  app.use('/account', requireSignIn(services));
  app.use('/account/*', requireSignIn(services), requireCsrf(services));
  for (const path of [
    '/account/name',
    '/account/password',
    '/account/passkeys/*',
    '/account/second-factor/*',
  ]) {
    app.post(path, async (c, next) => {
      requireOwnSession(c.get('signedIn'));
      return next();
    });
  }

  const show = async (c: Context<SignedInEnv>, notice?: Notice) => {
    const signedIn = c.get('signedIn');
    return accountPage(c, services, await readAccount(services, signedIn), notice);
  };

  /** Does what a form asks for, and shows what it was refused for. */
  const form = (path: string, work: (c: Context<SignedInEnv>) => Promise<Notice | undefined>) => {
    app.post(path, async (c) => {
      try {
        const notice = await work(c);
        return notice === undefined ? c.redirect('/account', 303) : await show(c, notice);
      } catch (error) {
        if (!isAppError(error) || error.code === 'internal') throw error;
        return show(c, { problem: error.message });
      }
    });
  };

  app.get('/account', (c) => show(c));

  form('/account/name', async (c) => {
    const name = (await field(c, 'name')).trim();
    // oxlint-disable-next-line no-control-regex -- control characters are what it refuses
    if (name === '' || name.length > 100 || /[\u0000-\u001f\u007f]/.test(name)) {
      throw new AppError('invalid_input', 'A name has 1 to 100 characters.');
    }
    const { userId } = c.get('signedIn');
    await services.db.updateTable('users').set({ name }).where('id', '=', userId).execute();
    return undefined;
  });

  form('/account/organization', async (c) => {
    const organizationId = await field(c, 'organization');
    const { memberships, sessionId } = c.get('signedIn');
    if (!memberships.some((each) => each.organizationId === organizationId)) {
      throw new AppError('forbidden', 'You may not act in this organization.');
    }
    await services.db
      .updateTable('user_sessions')
      .set({ active_organization_id: organizationId })
      .where('id', '=', sessionId)
      .execute();
    return undefined;
  });

  form('/account/password', async (c) => {
    const { userId, email, name } = c.get('signedIn');
    const password = await field(c, 'password');
    requireSame(password, await field(c, 'again'));
    await requireStrongPassword(password, [name, email]);
    // Else a stolen session would be a place to guess at.
    await takeAttempt(services, addressLimit, clientAddress(c, services.server.trustedProxies));
    await takeAttempt(services, accountLimit, email);
    const auth = await services.people.auth();
    const response = await auth.api.changePassword({
      body: {
        currentPassword: await field(c, 'current'),
        newPassword: password,
        revokeOtherSessions: true,
      },
      headers: authHeaders(c, services, { session: true }),
      asResponse: true,
    });
    if (!response.ok) {
      await recordSignIn(services, 'sign_in.refused', userId, { reason: 'wrong_password' });
      throw new AppError('forbidden', 'Your current password is another.');
    }
    passCookies(c, response);
    await services.db.deleteFrom('password_links').where('user_id', '=', userId).execute();
    await clearAttempts(services, accountLimit, email);
    await recordSignIn(services, 'person.password_set', userId, { by: 'themselves' });
    // The session is another now, and forms of the page are for it.
    return undefined;
  });

  form('/account/sessions/end', async (c) => {
    const { userId, sessionId } = c.get('signedIn');
    const which = await field(c, 'session');
    if (which !== sessionId) requireOwnSession(c.get('signedIn'));
    if (which === 'others') await endSessionsOf(services, userId, sessionId);
    else await endSession(services, userId, which);
    await recordSignIn(services, 'sign_in.ended', userId, { by: 'account_page' });
    return undefined;
  });

  form('/account/passkeys/remove', async (c) => {
    const signedIn = c.get('signedIn');
    requireFresh(services, signedIn);
    const { numDeletedRows } = await services.db
      .deleteFrom('user_passkeys')
      .where('id', '=', await uuidField(c, 'passkey'))
      .where('user_id', '=', signedIn.userId)
      .executeTakeFirst();
    if (numDeletedRows > 0n) {
      await recordSignIn(services, 'person.passkey_removed', signedIn.userId, {});
    }
    return undefined;
  });

  form('/account/keys', async (c) => {
    const name = (await field(c, 'name')).trim().slice(0, 100) || 'key';
    const days = Number(await field(c, 'days'));
    const expiresAt =
      Number.isInteger(days) && days > 0 && days <= 3650
        ? new Date(services.clock() + days * 86_400_000).toISOString()
        : undefined;
    const { key } = await createApiKey(services, activeActor(c.get('signedIn')), {
      name,
      expiresAt,
    });
    return { key: key.reveal() };
  });

  form('/account/keys/revoke', async (c) => {
    await revokeApiKey(services, activeActor(c.get('signedIn')), await uuidField(c, 'key'));
    return undefined;
  });

  app.route('/', createSecondFactorPages(services));
  return app;
}

/** As whom somebody signed in acts. */
export function activeActor({
  memberships,
  activeOrganizationId,
  userId,
  sessionId,
}: SignedIn): Actor {
  const active = memberships.find((each) => each.organizationId === activeOrganizationId);
  if (!active) throw new AppError('forbidden', 'You are a member of no organization here.');
  const { organizationId, memberId, role } = active;
  return { organizationId, memberId, role, userId, sessionId };
}

async function endSession({ db }: PageServices, userId: string, id: string): Promise<void> {
  if (!/^[0-9a-f-]{36}$/i.test(id)) return;
  await db.deleteFrom('user_sessions').where('id', '=', id).where('user_id', '=', userId).execute();
}

async function uuidField(c: Context, name: string): Promise<string> {
  const id = await field(c, name);
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return id;
  throw new AppError('invalid_input', 'This form is not as it was made. Open the page again.');
}
