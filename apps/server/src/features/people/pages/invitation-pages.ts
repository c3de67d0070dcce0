import { AppError, isAppError } from '@plugboard/contracts';
import { type Context, Hono } from 'hono';
import { html } from 'hono/html';

import { answerPage } from '../../../pages/answer-page.ts';
import { csrfField, requireCsrf } from '../../../pages/csrf.ts';
import type { Html } from '../../../pages/page.ts';
import { acceptInvitation, findInvitation, type OpenInvitation } from '../accept-invitation.ts';
import { createUser } from '../accounts.ts';
import { clientAddress } from '../limits/client-address.ts';
import { requestLimit, takeAttempt } from '../limits/limits.ts';
import type { SignedIn } from '../people.ts';
import { requireOwnSession } from '../sso/own-account.ts';
import { field, type PageServices, problem } from './page-context.ts';
import { newPasswordFields, requireSame } from './password-pages.ts';
import { signInByPassword } from './sign-in-flow.ts';

/** Becoming a member by a link. */
export function createInvitationPages(services: PageServices): Hono {
  const app = new Hono();

  app.get('/invitation/:token', async (c) => {
    const token = c.req.param('token');
    const invitation = await findInvitation(services, token);
    const signedIn = await services.people.signedIn(c.req.raw.headers);
    return invitationPage(c, services, { invitation, signedIn, token });
  });

  app.post('/invitation/:token', requireCsrf(services), async (c) => {
    await takeAttempt(services, requestLimit, clientAddress(c, services.server.trustedProxies));
    const token = c.req.param('token');
    const invitation = await findInvitation(services, token);
    const signedIn = await services.people.signedIn(c.req.raw.headers);
    try {
      if (signedIn) {
        requireOwnSession(signedIn, invitation.organizationId);
        const { userId: id, name, email } = signedIn;
        await acceptInvitation(services, token, { id, name, email });
        return c.redirect('/', 303);
      }
      if (invitation.hasUser) throw new AppError('conflict', 'Sign in first, then accept.');
      await joinAsNew(c, services, invitation, token);
      return c.redirect('/', 303);
    } catch (error) {
      const message = isAppError(error) && error.code !== 'not_found' ? error.message : undefined;
      if (message === undefined) throw error;
      return invitationPage(c, services, { invitation, signedIn, token, message }, 400);
    }
  });

  return app;
}

async function joinAsNew(
  c: Context,
  services: PageServices,
  { email }: OpenInvitation,
  token: string,
): Promise<void> {
  const name = (await field(c, 'name')).trim().slice(0, 100);
  // oxlint-disable-next-line no-control-regex -- control characters are what it refuses
  if (name === '' || /[\u0000-\u001f\u007f]/.test(name)) {
    throw new AppError('invalid_input', 'Tell your name.');
  }
  const password = await field(c, 'password');
  requireSame(password, await field(c, 'again'));
  const id = await createUser(services, { name, email, password, emailIsProved: false });
  try {
    await acceptInvitation(services, token, { id, name, email });
  } catch (error) {
    await services.db.deleteFrom('users').where('id', '=', id).execute();
    throw error;
  }
  await signInByPassword(c, services, { email, password });
}

interface Shown {
  readonly invitation: OpenInvitation;
  readonly signedIn: SignedIn | undefined;
  readonly token: string;
  readonly message?: string;
}

async function invitationPage(
  c: Context,
  services: PageServices,
  { invitation, signedIn, token, message }: Shown,
  status: 200 | 400 = 200,
): Promise<Response> {
  const { organizationName, role, email } = invitation;
  return answerPage(
    c,
    {
      title: `Join ${organizationName}`,
      body: html`${problem(message)}
        <p>You are invited as ${role}, with the address ${email}.</p>
        ${await nextStep(services, invitation, signedIn, token)}`,
    },
    status,
  );
}

async function nextStep(
  services: PageServices,
  { email, hasUser }: OpenInvitation,
  signedIn: SignedIn | undefined,
  token: string,
): Promise<Html> {
  const here = encodeURIComponent(`/invitation/${token}`);
  if (signedIn && signedIn.email !== email) {
    return html`<p class="problem" role="alert">
        You are signed in as ${signedIn.email}: this invitation is for another e-mail address.
      </p>
      <p><a class="button" href="/sign-out">Sign out</a></p>`;
  }
  if (signedIn) {
    return html`<form method="post">
      ${await csrfField(services, signedIn)}
      <button autofocus>Join</button>
    </form>`;
  }
  if (hasUser) {
    return html`<p><a class="button" href="/sign-in?next=${here}">Sign in to join</a></p>`;
  }
  return html`<form method="post">
    <label for="name">Your name</label>
    <input id="name" name="name" autocomplete="name" maxlength="100" required autofocus />
    <input type="hidden" autocomplete="username" value="${email}" />
    ${newPasswordFields()}
    <button>Join</button>
  </form>`;
}
