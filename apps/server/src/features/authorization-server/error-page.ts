import { html } from 'hono/html';

import type { PageTheme } from '../../pages/page-theme.ts';
import { type Html, renderPage } from '../../pages/page.ts';

/** What a person sees when a client's request cannot be answered to the client itself. */
export function errorPage(error: string, description: string | undefined, theme: PageTheme): Html {
  return renderPage({
    theme,
    title: 'This cannot go on',
    body: html`<p>${wordsOf(error)}</p>
      ${
        description === undefined
          ? ''
          : html`<p class="soft">
              The client's developers may want to know: <code>${description}</code>
            </p>`
      }
      <p>Nothing was permitted. Go back to the program that sent you here and begin again.</p>`,
  });
}

function wordsOf(error: string): string {
  switch (error) {
    case 'invalid_client':
      return 'The program that sent you here is not known, or what it says of itself could not be read.';
    case 'invalid_redirect_uri':
      return 'The program that sent you here wants the answer at an address that it did not register. Somebody may be trying to get at your tools.';
    case 'invalid_target':
      return 'The program that sent you here asks for something that is not an endpoint of this Plugboard.';
    case 'server_error':
      return 'Something went wrong inside of Plugboard. Its log says more.';
    default:
      return 'The request that sent you here is too old, was answered already, or is not right.';
  }
}
