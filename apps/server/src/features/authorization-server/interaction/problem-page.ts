import { html } from 'hono/html';

import type { PageTheme } from '../../../pages/page-theme.ts';
import { type Html, renderPage } from '../../../pages/page.ts';

/** Why a consent page cannot be shown or answered. */
export function problemPage(message: string, theme: PageTheme): Html {
  return renderPage({
    theme,
    title: 'This cannot go on',
    body: html`<p class="problem" role="alert">${message}</p>
      <p>Nothing was permitted.</p>`,
  });
}
