import type { Context } from 'hono';
import { html } from 'hono/html';

import type { AppServices } from '../../../app/services.ts';
import type { Html } from '../../../pages/page.ts';
import { sessionCookieName } from '../cookie-names.ts';

export type PageServices = AppServices;

/** A field of the form that was sent; '' when it is not there. */
export async function field(c: Context, name: string): Promise<string> {
  const value = (await c.req.parseBody())[name];
  return typeof value === 'string' ? value : '';
}

/**
 * Headers for better-auth: what it is to know of a request, which is the browser, and cookies. Without
 * its session one that is signed in is treated as anybody.
 */
export function authHeaders(
  c: Context,
  { people }: Pick<AppServices, 'people'>,
  { session }: { readonly session: boolean },
): Headers {
  const headers = new Headers({ 'user-agent': (c.req.header('user-agent') ?? '').slice(0, 300) });
  const name = sessionCookieName(people.cookiePrefix);
  const cookies = (c.req.header('cookie') ?? '').split(';').map((pair) => pair.trim());
  const kept = cookies.filter((pair) => session || !pair.startsWith(`${name}=`));
  headers.set('cookie', kept.join('; '));
  return headers;
}

/** Passes on the cookies that better-auth set. */
export function passCookies(c: Context, response: Response): void {
  for (const cookie of response.headers.getSetCookie()) {
    c.header('set-cookie', cookie, { append: true });
  }
}

export function problem(message: string | undefined): Html {
  return message === undefined
    ? html``
    : html`<p class="problem" role="alert" id="problem">${message}</p>`;
}
