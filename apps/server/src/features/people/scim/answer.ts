import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

import type { Directory } from './authenticate-scim.ts';

export interface ScimEnv {
  Variables: { directory: Directory };
}

export function scim(c: Context, body: object, status: ContentfulStatusCode = 200): Response {
  return c.body(JSON.stringify(body), status, { 'content-type': 'application/scim+json' });
}
