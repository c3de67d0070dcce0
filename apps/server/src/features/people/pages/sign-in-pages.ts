import { isAppError } from '@plugboard/contracts';
import { type Context, Hono } from 'hono';
import { html } from 'hono/html';

import { answerPage } from '../../../pages/answer-page.ts';
import { csrfField, requireCsrf } from '../../../pages/csrf.ts';
import { localPath } from '../next-path.ts';
import { clientAddress } from '../limits/client-address.ts';
import { requestLimit, takeAttempt } from '../limits/limits.ts';
import { recordSignIn } from '../sign-in-audit.ts';
import { findProviderOf } from '../sso/domains.ts';
import { domainOf } from '../sso/person.ts';
import { authHeaders, field, type PageServices, passCookies, problem } from './page-context.ts';
import { passkeyScript } from './passkey-script.ts';
import { signInByPassword, signInBySecondFactor } from './sign-in-flow.ts';

const wrong = 'E-mail address or password is wrong.';
const noProvider =
  'No organization here has single sign-on for this address. Use your password or a passkey.';
const wrongCode = 'This code is wrong, or too old. After five wrong ones begin again.';

/** Signing in and out. */
export function createSignInPages(services: PageServices): Hono {
  const app = new Hono();
  const csrf = requireCsrf(services);

  app.get('/sign-in', async (c) => {
    const next = localPath(c.req.query('next'));
    if (await services.people.signedIn(c.req.raw.headers)) return c.redirect(next, 303);
    return signInPage(c, { next });
  });

  app.post('/sign-in', async (c) => {
    // Before anybody is signed in there is no token: that the browser says it is our page suffices.
    const next = localPath(await field(c, 'next'));
    const email = (await field(c, 'email')).trim().toLowerCase().slice(0, 254);
    try {
      const password = await field(c, 'password');
      const outcome = await signInByPassword(c, services, { email, password });
      if (outcome === 'done') return c.redirect(next, 303);
      if (outcome === 'second_factor') {
        return c.redirect(`/sign-in/second-factor?next=${encodeURIComponent(next)}`, 303);
      }
      return await signInPage(c, { next, email, message: wrong }, 401);
    } catch (error) {
      if (!isAppError(error, 'rate_limited')) throw error;
      c.header('retry-after', String(Math.ceil((error.retryAfterMs ?? 1000) / 1000)));
      return signInPage(c, { next, email, message: error.message }, 429);
    }
  });

  app.post('/sign-in/sso', async (c) => {
    const next = localPath(await field(c, 'next'));
    const email = (await field(c, 'email')).trim().toLowerCase().slice(0, 254);
    const address = clientAddress(c, services.server.trustedProxies);
    await takeAttempt(services, requestLimit, address);
    const place = await findProviderOf(services.db, domainOf(email));
    if (!place) return signInPage(c, { next, email, message: noProvider }, 404);
    const { organizationId, providerId, title } = place;
    const query = new URLSearchParams({ next });
    // A link and no redirect: where a form leads to elsewhere browsers stop it.
    return answerPage(c, {
      title: 'Sign in',
      body: html`<p>${email} signs in by ${title}.</p>
        <p>
          <a
            class="button"
            href="/sso/${organizationId}/${providerId}/start?${query.toString()}"
            autofocus
          >
            Go to ${title}
          </a>
          <a class="button quiet" href="/sign-in">Back</a>
        </p>`,
    });
  });

  app.get('/sign-in/second-factor', (c) =>
    secondFactorPage(c, { next: localPath(c.req.query('next')) }),
  );

  app.post('/sign-in/second-factor', async (c) => {
    const next = localPath(await field(c, 'next'));
    try {
      const code = (await field(c, 'code')).replaceAll(/\s/g, '').slice(0, 64);
      const outcome = await signInBySecondFactor(c, services, code);
      if (outcome === 'done') return c.redirect(next, 303);
      return await secondFactorPage(c, { next, message: wrongCode }, 401);
    } catch (error) {
      if (!isAppError(error, 'rate_limited')) throw error;
      return secondFactorPage(c, { next, message: error.message }, 429);
    }
  });

  app.get('/sign-out', async (c) => {
    const signedIn = await services.people.signedIn(c.req.raw.headers);
    if (!signedIn) return c.redirect('/sign-in', 303);
    return answerPage(c, {
      title: 'Sign out',
      body: html`<p>You are signed in as ${signedIn.email}.</p>
        <form method="post" action="/sign-out">
          ${await csrfField(services, signedIn)}
          <button>Sign out</button> <a class="button quiet" href="/account">Stay</a>
        </form>`,
    });
  });

  app.post('/sign-out', csrf, async (c) => {
    const signedIn = await services.people.signedIn(c.req.raw.headers);
    const auth = await services.people.auth();
    const headers = authHeaders(c, services, { session: true });
    passCookies(c, await auth.api.signOut({ headers, asResponse: true }));
    if (signedIn) await recordSignIn(services, 'sign_in.ended', signedIn.userId, {});
    return c.redirect('/sign-in', 303);
  });

  return app;
}

interface Shown {
  readonly next: string;
  readonly email?: string;
  readonly message?: string;
}

function signInPage(c: Context, { next, email = '', message }: Shown, status?: 401 | 404 | 429) {
  return answerPage(
    c,
    {
      title: 'Sign in',
      body: html`${problem(message)}
        <form method="post" action="/sign-in">
          <input type="hidden" name="next" value="${next}" />
          <label for="email">E-mail address</label>
          <input
            id="email"
            name="email"
            type="email"
            autocomplete="username webauthn"
            value="${email}"
            required
            autofocus
          />
          <label for="password">Password</label>
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            required
          />
          <button>Sign in</button>
          <button class="quiet" formaction="/sign-in/sso" formnovalidate>Use single sign-on</button>
          <button type="button" class="quiet" id="passkey-sign-in" data-next="${next}" hidden>
            Use a passkey
          </button>
        </form>
        <p class="problem" role="alert" id="passkey-problem" hidden></p>
        <p><a href="/forgot-password">Forgot your password?</a></p>
        <script src="${passkeyScript.path}" type="module"></script>`,
    },
    status,
  );
}

function secondFactorPage(c: Context, { next, message }: Shown, status?: 401 | 429) {
  return answerPage(
    c,
    {
      title: 'Second factor',
      body: html`${problem(message)}
        <form method="post" action="/sign-in/second-factor">
          <input type="hidden" name="next" value="${next}" />
          <label for="code">Code of your app, or a backup code</label>
          <input
            id="code"
            name="code"
            inputmode="text"
            autocomplete="one-time-code"
            required
            autofocus
          />
          <button>Go on</button> <a class="button quiet" href="/sign-in">Begin again</a>
        </form>`,
    },
    status,
  );
}
