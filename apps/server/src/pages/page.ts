import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

import type { PageTheme } from './page-theme.ts';
import { pageStyles } from './page-styles.ts';

/** Text whose variables are escaped: made by the `html` tag alone. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

export interface Page {
  readonly title: string;
  /** What is inside of `<main>`. */
  readonly body: Html;
  readonly theme?: PageTheme;
}

/** As the console's `favicon.svg`, which may not be built yet. */
const mark = html`<svg viewBox="0 0 32 32" aria-hidden="true">
  <defs>
    <linearGradient id="mark" x1="0" y1="0" x2="1" y2="1">
      <stop stop-color="#0ea5e9" />
      <stop offset=".5" stop-color="#8b5cf6" />
      <stop offset="1" stop-color="#06b6d4" />
    </linearGradient>
  </defs>
  <rect width="32" height="32" rx="8" fill="url(#mark)" />
  <path
    d="M10 9v5a6 6 0 0 0 12 0V9M16 20v4M12.5 5.5V9M19.5 5.5V9"
    fill="none"
    stroke="#fff"
    stroke-width="2.4"
    stroke-linecap="round"
  />
</svg>`;

/**
 * A whole page that needs no script: for signing in, consent and connecting, which must work before
 * and without the console. See `pageHeaders` for what it may load and where its forms may go.
 */
export function renderPage({ title, body, theme }: Page): Html {
  return html`<!doctype html>
    <html lang="en" ${theme === undefined ? '' : html`data-theme="${theme}"`}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Plugboard</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="${pageStyles.path}" />
      </head>
      <body>
        <main>
          <a class="brand" href="/">${mark} Plugboard</a>
          <div class="card">
            <h1>${title}</h1>
            ${body}
          </div>
        </main>
      </body>
    </html>`;
}
