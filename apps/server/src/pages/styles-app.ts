import { Hono } from 'hono';

import { pageStyles } from './page-styles.ts';

/** What pages load: it changes its path when it changes, so it is kept for ever. */
export function createStylesApp(): Hono {
  const app = new Hono();
  app.get(pageStyles.path, (c) =>
    c.body(pageStyles.text, 200, {
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    }),
  );
  return app;
}
