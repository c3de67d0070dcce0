import { AppError, isAppError } from '@plugboard/contracts';
import { emailSchema } from '@plugboard/contracts/api';
import { type Context, Hono } from 'hono';
import { html } from 'hono/html';

import { answerPage } from '../../../pages/answer-page.ts';
import { clientAddress } from '../limits/client-address.ts';
import { accountLimit, clearAttempts, requestLimit, takeAttempt } from '../limits/limits.ts';
import { findLinkedOwner, type LinkedOwner, recoverOwner } from '../owner-link.ts';
import { recordSignIn } from '../sign-in-audit.ts';
import { field, type PageServices, problem } from './page-context.ts';
import { newPasswordFields, requireSame } from './password-pages.ts';
import { signInByPassword } from './sign-in-flow.ts';

/** What `plugboard owner link` leads to: the first owner signs in so, and one who lost their way in. */
export function createOwnerLinkPages(services: PageServices): Hono {
  const app = new Hono();

  app.get('/owner-link/:token', async (c) => ownerPage(c, await find(c, c.req.param('token'))));

  app.post('/owner-link/:token', async (c) => {
    const token = c.req.param('token');
    const owner = await find(c, token);
    const email = emailSchema.safeParse(await field(c, 'email'));
    const password = await field(c, 'password');
    let userId: string | undefined;
    try {
      if (!email.success) throw new AppError('invalid_input', 'This is no e-mail address.');
      requireSame(password, await field(c, 'again'));
      const name = (await field(c, 'name')).trim().slice(0, 100) || owner.name;
      ({ userId } = await recoverOwner(services, token, { email: email.data, password, name }));
    } catch (error) {
      const message = isAppError(error) && error.code !== 'not_found' ? error.message : undefined;
      if (message === undefined) throw error;
      return ownerPage(c, owner, message, 400);
    }
    await clearAttempts(services, accountLimit, email.data);
    await signInByPassword(c, services, { email: email.data, password });
    if (userId !== undefined) {
      // All others ended when the password was set. Where a provider is required this one opens.
      await services.db
        .updateTable('user_sessions')
        .set({ method: 'recovery' })
        .where('user_id', '=', userId)
        .execute();
    }
    return c.redirect(owner.userId === undefined ? '/welcome' : '/account', 303);
  });

  async function find(c: Context, token: string): Promise<LinkedOwner> {
    const address = clientAddress(c, services.server.trustedProxies);
    await takeAttempt(services, requestLimit, address);
    try {
      return await findLinkedOwner(services, token);
    } catch (error) {
      if (isAppError(error, 'not_found')) {
        await recordSignIn(services, 'sign_in.refused', undefined, {
          reason: 'owner_link',
          address,
        });
      }
      throw error;
    }
  }

  return app;
}

function ownerPage(c: Context, owner: LinkedOwner, message?: string, status: 200 | 400 = 200) {
  const isNew = owner.userId === undefined;
  return answerPage(
    c,
    {
      title: isNew ? 'Welcome, owner' : 'Recover your account',
      body: html`${problem(message)}
        <p>
          ${
            isNew
              ? 'Choose with what you sign in to Plugboard from now on.'
              : 'Your second factor and passkeys are taken away, and you are signed out everywhere else.'
          }
        </p>
        <form method="post">
          ${
            isNew
              ? html`<label for="name">Your name</label>
                  <input id="name" name="name" autocomplete="name" maxlength="100" required />`
              : ''
          }
          <label for="email">E-mail address</label>
          <input
            id="email"
            name="email"
            type="email"
            autocomplete="username"
            value="${owner.email ?? ''}"
            required
          />
          ${newPasswordFields()}
          <button>Set and sign in</button>
        </form>`,
    },
    status,
  );
}
