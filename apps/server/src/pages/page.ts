import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

import { pageStyles } from './page-styles.ts';

/** Text whose variables are escaped: made by the `html` tag alone. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

export interface Page {
  readonly title: string;
  /** What is inside of `<main>`. */
  readonly body: Html;
}

/**
 * A whole page that needs no script: for signing in, consent and connecting, which must work before
 * and without the console. See `pageHeaders` for what it may load and where its forms may go.
 */
export function renderPage({ title, body }: Page): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Plugboard</title>
        <link rel="stylesheet" href="${pageStyles.path}" />
      </head>
      <body>
        <main class="card">
          <p class="brand">Plugboard</p>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`;
}
