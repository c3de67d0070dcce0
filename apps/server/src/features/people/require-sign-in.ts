import type { MiddlewareHandler } from 'hono';

import type { AppServices } from '../../app/services.ts';
import { signInPath } from './next-path.ts';
import type { SignedIn } from './people.ts';

/** What handlers behind `requireSignIn` find: `c.get('signedIn')`. */
export interface SignedInEnv {
  Variables: { signedIn: SignedIn };
}

/** Lets people with a session through; others are sent to sign in and come back to where they were. */
export function requireSignIn({
  people,
}: Pick<AppServices, 'people'>): MiddlewareHandler<SignedInEnv> {
  return async (c, next) => {
    const signedIn = await people.signedIn(c.req.raw.headers);
    if (!signedIn) {
      const { pathname, search } = new URL(c.req.url);
      // A form's answer cannot be sent again after signing in: they begin at its page.
      return c.redirect(signInPath(c.req.method === 'GET' ? pathname + search : pathname), 303);
    }
    c.set('signedIn', signedIn);
    await next();
    return undefined;
  };
}
