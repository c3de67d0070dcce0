import { Hono } from 'hono';

import type { AppServices } from '../../app/services.ts';
import { requireOwnPage } from '../../pages/csrf.ts';
import { failurePage } from '../../pages/page-failure.ts';
import { createAccountPages } from './pages/account-pages.ts';
import { createInvitationPages } from './pages/invitation-pages.ts';
import { createOwnerLinkPages } from './pages/owner-link-pages.ts';
import { createPasswordPages } from './pages/password-pages.ts';
import { createSignInPages } from './pages/sign-in-pages.ts';
import { passkeyScript } from './pages/passkey-script.ts';

/** The pages on which people sign in and see to their account. */
export function createPeopleApp(services: AppServices): Hono {
  const app = new Hono();
  app.onError((error, c) => failurePage(c, error, services.log));

  app.get(passkeyScript.path, (c) =>
    c.body(passkeyScript.text, 200, {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    }),
  );

  const ownPage = requireOwnPage(services);
  for (const path of [
    '/sign-in',
    '/sign-in/*',
    '/sign-out',
    '/forgot-password',
    '/reset-password/*',
    '/owner-link/*',
    '/invitation/*',
    '/account',
    '/account/*',
  ]) {
    app.use(path, ownPage);
  }
  app.route('/', createSignInPages(services));
  app.route('/', createPasswordPages(services));
  app.route('/', createInvitationPages(services));
  app.route('/', createOwnerLinkPages(services));
  app.route('/', createAccountPages(services));
  return app;
}
