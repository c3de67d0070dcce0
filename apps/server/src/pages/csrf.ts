import { createHmac, timingSafeEqual } from 'node:crypto';

import { AppError } from '@plugboard/contracts';
import type { MiddlewareHandler } from 'hono';
import { html } from 'hono/html';

import type { AppServices } from '../app/services.ts';
import type { SignedIn } from '../features/people/people.ts';
import { isSameOrigin } from './same-origin.ts';
import type { Html } from './page.ts';

type Services = Pick<AppServices, 'people' | 'refusedRequests' | 'server'>;

/** What no form of ours is larger than. */
const maxFormBytes = 64 * 1024;

/** The hidden field that each form needs whose page is for somebody signed in. */
export async function csrfField(
  services: Pick<Services, 'people'>,
  signedIn: SignedIn,
): Promise<Html> {
  return html`<input type="hidden" name="csrf" value="${await csrfToken(services, signedIn)}" />`;
}

/**
 * Refuses what pages of others send, and what is no form: for forms of people who have not signed in,
 * where the browser's word about the origin is all there is. Throws `AppError('forbidden')`;
 * `payload_too_large` for what is larger than a form.
 */
export function requireOwnPage(services: Services): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    const { headers } = c.req.raw;
    if (!isSameOrigin(headers, services.server.urls.base)) {
      throw await refused(services, 'foreign_page', await services.people.signedIn(headers));
    }
    if (!/^application\/x-www-form-urlencoded\b/i.test(c.req.header('content-type') ?? '')) {
      throw new AppError('invalid_input', 'Forms are sent as application/x-www-form-urlencoded.');
    }
    await readBounded(c.req.raw.clone());
    return next();
  };
}

/** As `requireOwnPage`; with a session the form must also carry the session's token. */
export function requireCsrf(services: Services): MiddlewareHandler {
  const ownPage = requireOwnPage(services);
  return (c, next) =>
    ownPage(c, async () => {
      if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
      const signedIn = await services.people.signedIn(c.req.raw.headers);
      if (signedIn) {
        const { csrf } = await c.req.parseBody();
        const expected = Buffer.from(await csrfToken(services, signedIn));
        const given = Buffer.from(typeof csrf === 'string' ? csrf : '');
        if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
          throw await refused(services, 'csrf', signedIn);
        }
      }
      return next();
    });
}

async function csrfToken(
  { people }: Pick<Services, 'people'>,
  { sessionId }: SignedIn,
): Promise<string> {
  const key = await people.sessionKey();
  return createHmac('sha256', key).update(`csrf\n${sessionId}`).digest('base64url');
}

async function readBounded(request: Request): Promise<void> {
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxFormBytes) {
      throw new AppError('payload_too_large', 'This is larger than any form of Plugboard.');
    }
  }
}

async function refused(
  { refusedRequests }: Services,
  reason: string,
  signedIn: SignedIn | undefined,
): Promise<AppError> {
  await refusedRequests.report({ kind: 'sign_in.refused', reason, signedIn });
  return new AppError(
    'forbidden',
    'This form did not come from a page of Plugboard, or its page is too old. Open the page again.',
    { details: { reason: 'csrf' } },
  );
}
