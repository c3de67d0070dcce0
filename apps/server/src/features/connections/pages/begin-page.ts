import { html } from 'hono/html';

import type { Html, Page } from '../../../pages/page.ts';

export interface BeginView {
  readonly action: string;
  readonly csrf: Html;
  readonly title: string;
  readonly organizationName: string;
  readonly forWhom: string;
  readonly resource: string | undefined;
  readonly agentSlug: string | undefined;
  /** Why it is needed, in words. */
  readonly reason: string | undefined;
}

/** Where a link of a `sign_in_required` answer leads: nothing is begun until the form is sent. */
export function beginPage(view: BeginView): Page {
  return {
    title: view.title,
    body: html`
      ${view.reason === undefined ? '' : html`<p class="problem" role="status">${view.reason}</p>`}
      <dl>
        <dt>For</dt>
        <dd>${view.forWhom}</dd>
        <dt>In</dt>
        <dd>${view.organizationName}</dd>
        ${
          view.resource === undefined
            ? ''
            : html`<dt>Server</dt>
                <dd><code>${view.resource}</code></dd>`
        }
        ${
          view.agentSlug === undefined
            ? ''
            : html`<dt>Asked by</dt>
                <dd>the agent ${view.agentSlug}</dd>`
        }
      </dl>
      <p class="soft">Next you see what would be permitted, and may still say no.</p>
      <form method="post" action="${view.action}">
        ${view.csrf}
        <button type="submit">Continue</button>
      </form>
    `,
  };
}
