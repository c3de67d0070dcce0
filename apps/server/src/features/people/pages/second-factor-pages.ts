import { AppError, isAppError } from '@plugboard/contracts';
import { type Context, Hono } from 'hono';
import { html, raw } from 'hono/html';
import { z } from 'zod';

import { answerPage } from '../../../pages/answer-page.ts';
import { csrfField } from '../../../pages/csrf.ts';
import type { Html } from '../../../pages/page.ts';
import { clientAddress } from '../limits/client-address.ts';
import { accountLimit, addressLimit, clearAttempts, takeAttempt } from '../limits/limits.ts';
import { requireFresh } from '../require-fresh.ts';
import type { SignedInEnv } from '../require-sign-in.ts';
import { recordSignIn } from '../sign-in-audit.ts';
import { authHeaders, field, type PageServices, passCookies, problem } from './page-context.ts';

type Page = Context<SignedInEnv>;

const madeSchema = z.object({ totpURI: z.string(), backupCodes: z.array(z.string()) });
const codesSchema = z.object({ backupCodes: z.array(z.string()) });

/** Setting a second factor up, and taking it away. Runs behind `requireSignIn` and `requireCsrf`. */
export function createSecondFactorPages(services: PageServices): Hono<SignedInEnv> {
  const app = new Hono<SignedInEnv>();

  app.get('/account/second-factor', (c) => secondFactorPage(c, services));

  const form = (path: string, work: (c: Page) => Promise<Response>) => {
    app.post(path, async (c) => {
      try {
        return await work(c);
      } catch (error) {
        if (!isAppError(error) || error.code === 'internal') throw error;
        return secondFactorPage(c, services, error.message);
      }
    });
  };

  form('/account/second-factor/begin', async (c) => {
    const response = await withPassword(c, services, (auth, body, headers) =>
      auth.api.enableTwoFactor({ body: { ...body, method: 'totp' }, headers, asResponse: true }),
    );
    const { totpURI, backupCodes } = madeSchema.parse(await response.json());
    return setUpPage(c, services, totpURI, backupCodes);
  });

  form('/account/second-factor/confirm', async (c) => {
    const { userId, email } = c.get('signedIn');
    await takeAttempt(services, accountLimit, email);
    const auth = await services.people.auth();
    const response = await auth.api.verifyTOTP({
      body: { code: (await field(c, 'code')).replaceAll(/\s/g, '').slice(0, 10) },
      headers: authHeaders(c, services, { session: true }),
      asResponse: true,
    });
    if (!response.ok) throw new AppError('invalid_input', 'This code is wrong. Begin again.');
    passCookies(c, response);
    await clearAttempts(services, accountLimit, email);
    await recordSignIn(services, 'person.second_factor_set', userId, {});
    return c.redirect('/account', 303);
  });

  form('/account/second-factor/remove', async (c) => {
    const response = await withPassword(c, services, (auth, body, headers) =>
      auth.api.disableTwoFactor({ body, headers, asResponse: true }),
    );
    passCookies(c, response);
    await recordSignIn(services, 'person.second_factor_removed', c.get('signedIn').userId, {});
    return c.redirect('/account', 303);
  });

  form('/account/second-factor/codes', async (c) => {
    const response = await withPassword(c, services, (auth, body, headers) =>
      auth.api.generateBackupCodes({ body, headers, asResponse: true }),
    );
    const { backupCodes } = codesSchema.parse(await response.json());
    await recordSignIn(services, 'person.backup_codes_made', c.get('signedIn').userId, {});
    return answerPage(c, {
      title: 'New backup codes',
      body: html`${codesList(backupCodes)}
        <p>The ones before open nothing any more. <a href="/account">To your account</a></p>`,
    });
  });

  return app;
}

type Auth = Awaited<ReturnType<PageServices['people']['auth']>>;

/** With the password checked by better-auth, as an attempt that counts; a fresh session either way. */
async function withPassword(
  c: Page,
  services: PageServices,
  work: (auth: Auth, body: { password: string }, headers: Headers) => Promise<Response>,
): Promise<Response> {
  const signedIn = c.get('signedIn');
  requireFresh(services, signedIn);
  await takeAttempt(services, addressLimit, clientAddress(c, services.server.trustedProxies));
  await takeAttempt(services, accountLimit, signedIn.email);
  const auth = await services.people.auth();
  const password = (await field(c, 'password')).slice(0, 1000);
  const response = await work(auth, { password }, authHeaders(c, services, { session: true }));
  if (response.ok) {
    await clearAttempts(services, accountLimit, signedIn.email);
    return response;
  }
  await recordSignIn(services, 'sign_in.refused', signedIn.userId, { reason: 'wrong_password' });
  throw new AppError('forbidden', 'This is not your password, or there is nothing to change.');
}

async function secondFactorPage(c: Page, services: PageServices, message?: string) {
  const signedIn = c.get('signedIn');
  const csrf = await csrfField(services, signedIn);
  const user = await services.db
    .selectFrom('users')
    .where('id', '=', signedIn.userId)
    .select('two_factor_enabled')
    .executeTakeFirstOrThrow();
  return answerPage(
    c,
    {
      title: 'Second factor',
      body: html`${problem(message)}
        ${
          user.two_factor_enabled
            ? html`${passwordForm(csrf, 'codes', 'Make new backup codes', 'quiet')}
              ${passwordForm(csrf, 'remove', 'Take the second factor away', 'quiet')}`
            : html`<p>You need an app that makes codes, on your phone for example.</p>
                ${passwordForm(csrf, 'begin', 'Begin', '')}`
        }
        <p><a href="/account">To your account</a></p>`,
    },
    message === undefined ? 200 : 400,
  );
}

function passwordForm(csrf: Html, action: string, title: string, look: string): Html {
  return html`<form method="post" action="/account/second-factor/${action}">
    ${csrf}
    <label for="password-${action}">Your password</label>
    <input
      id="password-${action}"
      name="password"
      type="password"
      autocomplete="current-password"
      required
    />
    <button class="${look}">${title}</button>
  </form>`;
}

async function setUpPage(c: Page, services: PageServices, uri: string, codes: readonly string[]) {
  const { renderSVG } = await import('uqr');
  const picture = renderSVG(uri, { border: 2 });
  const secret = new URL(uri).searchParams.get('secret') ?? '';
  return answerPage(c, {
    title: 'Second factor',
    body: html`<ol>
        <li>
          <p>Scan this with your app, or type in <code>${secret}</code></p>
          <div class="qr" role="img" aria-label="QR code of the same">${raw(picture)}</div>
        </li>
        <li>
          <p>Keep these backup codes where you find them without your phone. Each works once.</p>
          ${codesList(codes)}
        </li>
        <li>
          <form method="post" action="/account/second-factor/confirm">
            ${await csrfField(services, c.get('signedIn'))}
            <label for="code">The code that the app shows now</label>
            <input
              id="code"
              name="code"
              inputmode="numeric"
              pattern="[0-9 ]{6,7}"
              autocomplete="one-time-code"
              required
            />
            <button>Turn it on</button>
          </form>
        </li>
      </ol>
      <p><a href="/account">Not now</a></p>`,
  });
}

function codesList(codes: readonly string[]): Html {
  return html`<ul class="codes">
    ${codes.map((code) => html`<li><code>${code}</code></li>`)}
  </ul>`;
}
