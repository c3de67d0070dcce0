import { isIP } from 'node:net';

import type { Context } from 'hono';
import { html } from 'hono/html';

import { answerPage } from '../../../pages/answer-page.ts';
import { csrfField } from '../../../pages/csrf.ts';
import type { Html } from '../../../pages/page.ts';
import type { Account } from './account-data.ts';
import { type PageServices, problem } from './page-context.ts';
import { passkeyScript } from './passkey-script.ts';
import { newPasswordFields } from './password-pages.ts';

/** What a form led to: something that is shown once, or why it was refused. */
export interface Notice {
  readonly problem?: string;
  readonly key?: string;
}

export async function accountPage(
  c: Context,
  services: PageServices,
  account: Account,
  notice: Notice = {},
): Promise<Response> {
  const csrf = await csrfField(services, account.signedIn);
  const { name, email } = account.signedIn;
  return answerPage(
    c,
    {
      title: 'Your account',
      body: html`${problem(notice.problem)} ${newKey(notice.key)}
        <p>${email} · <a href="/sign-out">Sign out</a></p>
        <form method="post" action="/account/name">
          ${csrf}
          <label for="name">Name</label>
          <input
            id="name"
            name="name"
            value="${name}"
            autocomplete="name"
            maxlength="100"
            required
          />
          <button class="quiet">Save</button>
        </form>
        ${organizations(account, csrf)} ${keys(account, csrf)} ${password(account, csrf)}
        ${secondFactor(account)} ${passkeys(account, csrf, c)} ${sessions(account, csrf)}
        <script src="${passkeyScript.path}" type="module"></script>`,
    },
    notice.problem === undefined ? 200 : 400,
  );
}

function newKey(key: string | undefined): Html {
  if (key === undefined) return html``;
  return html`<div role="status">
    <p class="done">Your new API key, shown this once:</p>
    <p><code>${key}</code></p>
  </div>`;
}

function organizations({ signedIn }: Account, csrf: Html): Html {
  const { memberships, withheld, activeOrganizationId } = signedIn;
  return html`<h2>Organizations</h2>
    ${
      memberships.length === 0 && withheld.length === 0
        ? html`<p>You are a member of none. Ask for an invitation.</p>`
        : ''
    }
    <ul>
      ${memberships.map(
        (each) =>
          html`<li>
            ${each.organizationName} (${each.role})
            ${
              each.organizationId === activeOrganizationId
                ? html`<strong>· you act here</strong>`
                : html`<form method="post" action="/account/organization">
                    ${csrf}
                    <input type="hidden" name="organization" value="${each.organizationId}" />
                    <button class="quiet">Act here</button>
                  </form>`
            }
          </li>`,
      )}
      ${withheld.map(
        (each) =>
          html`<li>
            ${each.organizationName}:
            ${
              each.wants === 'sso'
                ? 'wants you to sign in by its own identity provider.'
                : 'wants a second factor. Set one up below, or sign in with a passkey.'
            }
          </li>`,
      )}
    </ul>`;
}

function keys(account: Account, csrf: Html): Html {
  if (account.signedIn.activeOrganizationId === undefined) return html``;
  return html`<h2>API keys</h2>
    ${account.keys.length === 0 ? html`<p class="soft">You have none.</p>` : ''}
    <ul>
      ${account.keys.map(
        (key) =>
          html`<li>
            ${key.name}${key.expiresAt === undefined ? '' : `, until ${key.expiresAt.slice(0, 10)}`}
            <form method="post" action="/account/keys/revoke">
              ${csrf}
              <input type="hidden" name="key" value="${key.id}" />
              <button class="quiet" aria-label="Revoke ${key.name}">Revoke</button>
            </form>
          </li>`,
      )}
    </ul>
    <form method="post" action="/account/keys">
      ${csrf}
      <label for="key-name">Name of a new key</label>
      <input id="key-name" name="name" maxlength="100" required />
      <label for="key-days">Days until it expires; empty for never</label>
      <input id="key-days" name="days" type="number" min="1" max="3650" value="90" />
      <button class="quiet">Create a key</button>
    </form>`;
}

function password({ hasPassword }: Account, csrf: Html): Html {
  if (!hasPassword) return html``;
  return html`<h2>Password</h2>
    <form method="post" action="/account/password">
      ${csrf}
      <label for="current">Current password</label>
      <input id="current" name="current" type="password" autocomplete="current-password" required />
      ${newPasswordFields()}
      <button class="quiet">Change the password</button>
    </form>`;
}

function secondFactor({ hasSecondFactor }: Account): Html {
  return html`<h2>Second factor</h2>
    <p>
      ${
        hasSecondFactor
          ? html`<span class="done">On.</span> An app makes a code when you sign in.`
          : 'Off. With one, your password alone opens nothing.'
      }
    </p>
    <p>
      <a class="button quiet" href="/account/second-factor"
        >${hasSecondFactor ? 'Change' : 'Set it up'}</a
      >
    </p>`;
}

function passkeys(account: Account, csrf: Html, c: Context): Html {
  const { hostname } = new URL(c.req.url);
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
  return html`<h2>Passkeys</h2>
    <p class="soft">
      Sign in with a fingerprint, face or PIN of your device instead of password and code.
      ${isAddress ? html`Browsers make them for names alone: open this page at a name, such as localhost.` : ''}
    </p>
    <ul>
      ${account.passkeys.map(
        (each) =>
          html`<li>
            ${each.name}, since ${each.at.toISOString().slice(0, 10)}
            <form method="post" action="/account/passkeys/remove">
              ${csrf}
              <input type="hidden" name="passkey" value="${each.id}" />
              <button class="quiet" aria-label="Remove ${each.name}">Remove</button>
            </form>
          </li>`,
      )}
    </ul>
    <label for="passkey-name">Name of a new passkey</label>
    <input id="passkey-name" maxlength="60" placeholder="Laptop" />
    <button type="button" class="quiet" id="passkey-add" data-next="/account" hidden>
      Add a passkey
    </button>
    <p class="problem" role="alert" id="passkey-problem" hidden></p>`;
}

function sessions(account: Account, csrf: Html): Html {
  return html`<h2>Where you are signed in</h2>
    <ul>
      ${account.sessions.map(
        (each) =>
          html`<li>
            ${each.browser}, last used ${each.seenAt.toISOString().slice(0, 16).replace('T', ' ')}
            UTC
            ${
              each.isThis
                ? html`<strong>· this one</strong>`
                : html`<form method="post" action="/account/sessions/end">
                    ${csrf}
                    <input type="hidden" name="session" value="${each.id}" />
                    <button class="quiet">End</button>
                  </form>`
            }
          </li>`,
      )}
    </ul>
    ${
      account.sessions.length > 1
        ? html`<form method="post" action="/account/sessions/end">
            ${csrf}
            <input type="hidden" name="session" value="others" />
            <button class="quiet">End all others</button>
          </form>`
        : ''
    }`;
}
