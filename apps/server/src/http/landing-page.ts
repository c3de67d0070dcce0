import type { Context } from 'hono';
import { html } from 'hono/html';

import { answerPage } from '../pages/answer-page.ts';
import type { ServerUrls } from './urls.ts';

/** What a browser shows until the console takes its place. */
export function answerLandingPage(c: Context, { mcp, api, openapi }: ServerUrls) {
  return answerPage(c, {
    title: 'Plugboard is running',
    body: html`<p>There is no console yet. These are its addresses:</p>
      <dl>
        <dt>Agents (MCP)</dt>
        <dd><code>${mcp}</code></dd>
        <dt>API</dt>
        <dd><code>${api}</code></dd>
        <dt>Its description</dt>
        <dd><a href="${openapi}">${openapi}</a></dd>
      </dl>
      <p>
        An agent's client that speaks OAuth needs the URL of the endpoint alone: it opens a page on
        which you sign in and choose what it may use. Others are given a token:
        <code>plugboard connect</code> says how.
      </p>
      <a class="button" href="/account">Sign in</a>`,
  });
}
