import { randomBytes } from 'node:crypto';

import { AppError, idPattern } from '@plugboard/contracts';
import type { PendingAuthorization } from '@plugboard/oauth';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';

import type { AppServices } from '../../../app/services.ts';
import { failurePage } from '../../../pages/page-failure.ts';
import { withTenant } from '../../../store/tenant.ts';
import { readCookie } from '../cookie-names.ts';
import { clientAddress } from '../limits/client-address.ts';
import { requestLimit, takeAttempt as takeTurn } from '../limits/limits.ts';
import { localPath } from '../next-path.ts';
import {
  keepAnswer,
  keepAttempt,
  openAttempt,
  type Purpose,
  takeAnswer,
  takeAttempt,
} from './attempts.ts';
import { complete } from './complete.ts';
import { beginOidc, finishOidc } from './oidc.ts';
import type { SsoPerson } from './person.ts';
import { samlSettings, selectProviderById, type SsoProviderRow } from './provider-row.ts';
import { recordSsoRefusal, refusal } from './refusal.ts';
import { readSamlResponse } from './saml/read-response.ts';
import { samlRequest, serviceMetadata } from './saml/service-provider.ts';
import { ssoUrl } from './urls.ts';

const maxBytes = 512 * 1024;

interface Kept {
  readonly next?: unknown;
  readonly pending?: PendingAuthorization;
  readonly person?: SsoPerson;
}

type Work = (c: Context, row: SsoProviderRow) => Promise<Response>;

/** Where browsers are sent to identity providers from, and come back to. */
export function createSsoApp(services: AppServices): Hono {
  const app = new Hono();
  const cookieName = `${services.people.cookiePrefix}.sso`;
  app.onError((error, c) => failurePage(c, error, services.log));
  app.use(bodyLimit({ maxSize: maxBytes }));

  const at = (method: 'GET' | 'POST', what: string, kind: 'oidc' | 'saml' | 'any', work: Work) => {
    app.on(method, `/sso/:organization/:provider/${what}`, async (c) => {
      const address = clientAddress(c, services.server.trustedProxies);
      await takeTurn(services, requestLimit, address);
      const row = await findRow(c, kind);
      try {
        return await work(c, row);
      } catch (error) {
        await recordSsoRefusal(services, row.organization_id, error, {
          provider: row.slug,
          address,
        });
        throw error;
      }
    });
  };

  at('GET', 'start', 'any', async (c, row) => {
    if (!row.enabled) throw refusal('sso_disabled', 'Nobody signs in by this provider now.');
    return begin(c, row, 'sign_in', localPath(c.req.query('next')));
  });

  at('GET', 'test', 'any', async (c, row) => {
    await takeAttempt(services, {
      ...placeOf(row),
      request: `test ${c.req.query('token') ?? ''}`,
      needsBrowser: false,
    });
    return begin(c, row, 'test', '/');
  });

  at('GET', 'callback', 'oidc', async (c, row) => {
    const callback = new URL(c.req.url).searchParams;
    const attempt = await takeAttempt(services, {
      ...placeOf(row),
      request: callback.get('state') ?? '',
      browser: browserOf(c),
      needsBrowser: true,
    });
    const { pending, next } = await open(attempt);
    if (!pending) throw refusal('sso_unknown_request', 'Begin the sign-in again.');
    const person = await finishOidc(services, row, pending, callback);
    forget(c);
    return complete(c, services, row, { purpose: attempt.purpose, person, next });
  });

  // Another site's form: it brings no cookie, so the browser that began comes for the answer itself.
  at('POST', 'acs', 'saml', async (c, row) => {
    const { SAMLResponse: response } = await c.req.parseBody();
    if (typeof response !== 'string') throw refusal('saml_malformed', 'There is no SAML response.');
    const { inResponseTo, person } = readSamlResponse(response, {
      settings: samlSettings(row),
      audience: urlOf(row, 'metadata'),
      recipient: urlOf(row, 'acs'),
      now: services.clock(),
    });
    const attempt = await takeAttempt(services, {
      ...placeOf(row),
      request: inResponseTo,
      needsBrowser: false,
    });
    const { next } = await open(attempt);
    const token = await keepAnswer(services, attempt, { next, person } satisfies Kept);
    return c.redirect(`${new URL(urlOf(row, 'finish')).pathname}?token=${token}`, 303);
  });

  at('GET', 'finish', 'saml', async (c, row) => {
    const attempt = await takeAnswer(services, {
      ...placeOf(row),
      token: c.req.query('token') ?? '',
      browser: browserOf(c),
    });
    const { person, next } = await open(attempt);
    if (!person) throw refusal('sso_unknown_request', 'Begin the sign-in again.');
    forget(c);
    return complete(c, services, row, { purpose: attempt.purpose, person, next });
  });

  at('GET', 'metadata', 'saml', async (c, row) =>
    c.body(serviceMetadata({ entityId: urlOf(row, 'metadata'), acs: urlOf(row, 'acs') }), 200, {
      'content-type': 'application/samlmetadata+xml',
    }),
  );

  async function begin(
    c: Context,
    row: SsoProviderRow,
    purpose: Purpose,
    next: string,
  ): Promise<Response> {
    const browser = randomBytes(32).toString('base64url');
    const { url, request, content } = await prepare(row);
    const kept = { ...content, next } satisfies Kept;
    await keepAttempt(services, { ...placeOf(row), purpose, request, browser, content: kept });
    setCookie(c, browser, 600);
    c.header('cache-control', 'no-store');
    return c.redirect(url, 302);
  }

  async function prepare(row: SsoProviderRow) {
    if (row.kind === 'oidc') {
      const { url, pending } = await beginOidc(services, row);
      return { url, request: pending.state, content: { pending } };
    }
    const { url, id } = samlRequest({
      entityId: urlOf(row, 'metadata'),
      acs: urlOf(row, 'acs'),
      ssoUrl: samlSettings(row).ssoUrl,
      now: services.clock(),
    });
    return { url, request: id, content: {} };
  }

  async function findRow(c: Context, kind: 'oidc' | 'saml' | 'any'): Promise<SsoProviderRow> {
    const organizationId = c.req.param('organization') ?? '';
    const id = c.req.param('provider') ?? '';
    const row =
      idPattern.test(organizationId) && idPattern.test(id)
        ? await withTenant(services.db, organizationId, (tx) => selectProviderById(tx, id))
        : undefined;
    if (row && (kind === 'any' || row.kind === kind)) return row;
    throw new AppError('not_found', 'There is no such identity provider.');
  }

  async function open(row: Parameters<typeof openAttempt>[1]): Promise<Kept> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- sealed by us for this one row
    return (await openAttempt(services, row)) as Kept;
  }

  function urlOf(row: SsoProviderRow, what: Parameters<typeof ssoUrl>[2]): string {
    return ssoUrl(services, placeOf(row), what);
  }

  function browserOf(c: Context): string | undefined {
    return readCookie(c.req.raw.headers, cookieName);
  }

  function setCookie(c: Context, value: string, seconds: number): void {
    const secure = cookieName.startsWith('__Host-') ? '; Secure' : '';
    const cookie = `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure}`;
    c.header('set-cookie', cookie, { append: true });
  }

  function forget(c: Context): void {
    setCookie(c, '', 0);
  }

  return app;
}

function placeOf(row: SsoProviderRow) {
  return { organizationId: row.organization_id, providerId: row.id };
}
