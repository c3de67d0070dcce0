import { AppError, isAppError } from '@plugboard/contracts';
import { type Context, Hono } from 'hono';
import { html } from 'hono/html';

import { answerPage } from '../../../pages/answer-page.ts';
import { proveEmail, removeFactors, setPassword } from '../accounts.ts';
import { clientAddress } from '../limits/client-address.ts';
import {
  accountLimit,
  clearAttempts,
  mailLimit,
  requestLimit,
  takeAttempt,
} from '../limits/limits.ts';
import { resetMail } from '../mail/mails.ts';
import { minPasswordLength, requireStrongPassword } from '../password-strength.ts';
import { findResetLink, insertResetLink, useResetLink } from '../reset-links.ts';
import { recordSignIn } from '../sign-in-audit.ts';
import { field, type PageServices, problem } from './page-context.ts';

/** A password that was forgotten. */
export function createPasswordPages(services: PageServices): Hono {
  const app = new Hono();

  app.get('/forgot-password', (c) => (services.mail.isSetUp ? forgotPage(c) : askSomebody(c)));

  app.post('/forgot-password', async (c) => {
    if (!services.mail.isSetUp) return askSomebody(c);
    const address = clientAddress(c, services.server.trustedProxies);
    await takeAttempt(services, requestLimit, address);
    const email = (await field(c, 'email')).trim().toLowerCase().slice(0, 254);
    // Not waited for: how long it takes would tell whether there is an account.
    void sendResetLink(services, email).catch((error: unknown) => {
      services.log.error({ err: error }, 'a reset link could not be sent');
    });
    return answerPage(c, {
      title: 'Look at your mail',
      body: html`<p>If there is an account with this address, a link is on its way to it.</p>
        <p><a href="/sign-in">Back to sign in</a></p>`,
    });
  });

  app.get('/reset-password/:token', async (c) => {
    const user = await findResetLink(services, c.req.param('token'));
    if (!user) throw gone();
    return resetPage(c, user.email);
  });

  app.post('/reset-password/:token', async (c) => {
    await takeAttempt(services, requestLimit, clientAddress(c, services.server.trustedProxies));
    const token = c.req.param('token');
    const user = await findResetLink(services, token);
    if (!user) throw gone();
    const password = await field(c, 'password');
    try {
      requireSame(password, await field(c, 'again'));
      await requireStrongPassword(password, [user.name, user.email]);
    } catch (error) {
      if (!isAppError(error, 'invalid_input')) throw error;
      return resetPage(c, user.email, error.message, 400);
    }
    const used = await useResetLink(services, token);
    if (!used) throw gone();
    await setPassword(services, used.userId, password);
    if (used.resetsFactors) await removeFactors(services, used.userId);
    if (used.isMailed) await proveEmail(services, used.userId);
    await clearAttempts(services, accountLimit, user.email);
    await recordSignIn(services, 'person.password_set', used.userId, {
      by: 'reset_link',
      resetsFactors: used.resetsFactors,
    });
    return c.redirect('/sign-in', 303);
  });

  return app;
}

/** Throws `AppError('invalid_input')` unless both are the same. */
export function requireSame(password: string, again: string): void {
  if (password === again) return;
  throw new AppError('invalid_input', 'The two passwords are not the same.');
}

/** Two fields for a new password. */
export function newPasswordFields() {
  return html`<label for="password">New password</label>
    <input
      id="password"
      name="password"
      type="password"
      autocomplete="new-password"
      minlength="${minPasswordLength}"
      aria-describedby="password-advice"
      required
    />
    <small id="password-advice"
      >At least ${minPasswordLength} characters; several unrelated words are good.</small
    >
    <label for="again">The same again</label>
    <input id="again" name="again" type="password" autocomplete="new-password" required />`;
}

async function sendResetLink(services: PageServices, email: string): Promise<void> {
  const user = await services.db
    .selectFrom('users')
    .select('id')
    .where('email', '=', email)
    .executeTakeFirst();
  if (!user) return;
  try {
    await takeAttempt(services, mailLimit, email);
  } catch {
    return;
  }
  const { link } = await insertResetLink(services, user.id, { isMailed: true });
  await services.mail.send(resetMail(email, link));
  await recordSignIn(services, 'person.reset_link_mailed', user.id, {});
}

function forgotPage(c: Context) {
  return answerPage(c, {
    title: 'Forgot your password?',
    body: html`<p>We mail you a link with which you set a new one.</p>
      <form method="post" action="/forgot-password">
        <label for="email">E-mail address</label>
        <input id="email" name="email" type="email" autocomplete="username" required autofocus />
        <button>Send the link</button> <a class="button quiet" href="/sign-in">Back</a>
      </form>`,
  });
}

function askSomebody(c: Context) {
  return answerPage(c, {
    title: 'Forgot your password?',
    body: html`<p>
        This Plugboard sends no mail. Ask an owner or admin of your organization for a link: they
        make one with <code>plugboard member reset-link</code>.
      </p>
      <p>Owners make their own on the host, with <code>plugboard owner link</code>.</p>
      <p><a href="/sign-in">Back to sign in</a></p>`,
  });
}

function resetPage(c: Context, email: string, message?: string, status: 200 | 400 = 200) {
  return answerPage(
    c,
    {
      title: 'Set a new password',
      body: html`${problem(message)}
        <p>For ${email}. You are signed out everywhere.</p>
        <form method="post">
          <input type="hidden" autocomplete="username" value="${email}" />
          ${newPasswordFields()}
          <button>Set the password</button>
        </form>`,
    },
    status,
  );
}

function gone(): AppError {
  return new AppError('not_found', 'This link is unknown, used or expired. Ask for another.');
}
