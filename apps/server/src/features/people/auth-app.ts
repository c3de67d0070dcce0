import { AppError } from '@plugboard/contracts';
import { type Context, Hono } from 'hono';

import type { AppServices } from '../../app/services.ts';
import { isSameOrigin } from '../../pages/same-origin.ts';
import { clientAddress } from './limits/client-address.ts';
import { requestLimit, takeAttempt } from './limits/limits.ts';
import { openPaths } from './auth/open-paths.ts';
import { finishSignIn } from './pages/sign-in-flow.ts';
import { recordSignIn } from './sign-in-audit.ts';
import { requireOwnSession } from './sso/own-account.ts';

const maxBytes = 64 * 1024;

/** What of better-auth our script on the pages may call, and nothing else of it. */
export function createAuthApp(services: AppServices): Hono {
  const app = new Hono();

  app.all('/auth/*', async (c, next) => {
    const path = c.req.path.slice('/auth'.length);
    if (!openPaths.has(`${c.req.method} ${path}`)) return next();
    if (!isSameOrigin(c.req.raw.headers, services.server.urls.base)) {
      throw new AppError('forbidden', 'This is for pages of Plugboard alone.');
    }
    const address = clientAddress(c, services.server.trustedProxies);
    await takeAttempt(services, requestLimit, address);
    // Ends a session that lay idle, which better-auth does not know of.
    const signedIn = await services.people.signedIn(c.req.raw.headers);
    if (signedIn && path.includes('regist')) requireOwnSession(signedIn);
    const auth = await services.people.auth();
    const response = await auth.handler(await bounded(c.req.raw));
    if (path === '/passkey/verify-authentication') {
      if (!response.ok) {
        await recordSignIn(services, 'sign_in.refused', undefined, { reason: 'passkey', address });
        return response;
      }
      return finished(c, services, response);
    }
    if (path === '/passkey/verify-registration' && response.ok && signedIn) {
      await recordSignIn(services, 'person.passkey_added', signedIn.userId, {});
    }
    return response;
  });

  return app;
}

/** The answer without the token of the session, which is the cookie's alone to carry. */
async function finished(c: Context, services: AppServices, response: Response): Promise<Response> {
  const body: unknown = await response.json();
  const userId = userIdOf(body);
  if (userId === undefined) throw new Error('a passkey signed nobody in');
  await finishSignIn(c, services, { userId, method: 'passkey', email: undefined });
  const headers = new Headers({ 'content-type': 'application/json' });
  for (const cookie of response.headers.getSetCookie()) headers.append('set-cookie', cookie);
  return new Response('{}', { headers });
}

function userIdOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const session = 'session' in body ? body.session : undefined;
  if (typeof session !== 'object' || session === null || !('userId' in session)) return undefined;
  return typeof session.userId === 'string' ? session.userId : undefined;
}

async function bounded(request: Request): Promise<Request> {
  const { method, headers, url, body } = request;
  if (!body) return new Request(url, { method, headers });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new AppError('payload_too_large', 'This is no passkey.');
    chunks.push(chunk);
  }
  return new Request(url, { method, headers, body: Buffer.concat(chunks) });
}
