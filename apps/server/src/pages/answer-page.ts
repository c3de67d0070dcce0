import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

import { type Page, renderPage } from './page.ts';
import { themeOf } from './page-theme.ts';
import { pageHeaders } from './page-headers.ts';

/** Answers with a whole page. */
export async function answerPage(
  c: Context,
  page: Page,
  status: ContentfulStatusCode = 200,
  formTargets: readonly string[] = [],
): Promise<Response> {
  const text = await renderPage({ theme: themeOf(c.req.header('cookie')), ...page });
  for (const [name, value] of Object.entries(pageHeaders(formTargets))) c.header(name, value);
  return c.body(String(text), status);
}
