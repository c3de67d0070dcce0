import { html } from 'hono/html';

import type { Page } from '../../../pages/page.ts';
import { wordsFor } from '../refusals.ts';

export function connectedPage(title: string, next: string): Page {
  return {
    title: 'Connected',
    body: html`<p class="done" role="status">${title} is connected.</p>
      <p>You can close this page and go on where you came from.</p>
      <p><a class="button" href="${next}">See the connection</a></p>`,
  };
}

export function refusedPage(reason: string): Page {
  return {
    title: 'Not connected',
    body: html`<p class="problem" role="alert">${wordsFor(reason)}</p>
      <p><a href="/account">To your account</a></p>`,
  };
}
