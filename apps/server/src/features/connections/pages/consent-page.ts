import { explainScope } from '@plugboard/oauth';
import { html } from 'hono/html';

import type { Html, Page } from '../../../pages/page.ts';
import type { ClientRow } from '../clients/client-row.ts';
import type { Intent } from '../flow/intent.ts';
import type { KnownProvider } from '../providers/known-provider.ts';

export interface ConsentView {
  readonly action: string;
  readonly csrf: Html;
  readonly intent: Intent;
  readonly ownerName: string;
  readonly organizationName: string;
  readonly provider: KnownProvider | undefined;
  readonly client: ClientRow;
  readonly redirectUri: string;
  /** Agents that may be permitted with it, and which of them waits. */
  readonly agents: readonly {
    readonly id: string;
    readonly slug: string;
    readonly waits: boolean;
  }[];
  /** When the member last said yes to this client here. */
  readonly consentedAt: Date | undefined;
}

const risks = {
  read: 'sees',
  write: 'changes',
  admin: 'manages',
} as const;

/** What will be connected, for whom, and what is permitted by it: before anything is asked anywhere. */
export function consentPage(view: ConsentView): Page {
  const { intent, provider, client } = view;
  const verb = intent.connectionId === undefined ? 'Connect' : 'Sign in again to';
  return {
    title: `${verb} ${intent.title}`,
    body: html`
      <p>
        You will go to <strong>${hostOf(intent.server.issuer)}</strong>, sign in there, and permit
        Plugboard what is listed below.
      </p>
      <dl>
        <dt>For</dt>
        <dd>${forWhom(view)}</dd>
        ${
          intent.resource === undefined
            ? ''
            : html`<dt>Server</dt>
                <dd><code>${intent.resource}</code></dd>`
        }
        <dt>Signs in at</dt>
        <dd><code>${intent.server.issuer}</code></dd>
        <dt>As the client</dt>
        <dd><code>${client.client_id}</code>, ${methods[client.method]}</dd>
        <dt>Comes back to</dt>
        <dd><code>${view.redirectUri}</code></dd>
        ${
          view.consentedAt === undefined
            ? ''
            : html`<dt>Last permitted</dt>
                <dd>${view.consentedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC</dd>`
        }
      </dl>
      <h2>What Plugboard may do there</h2>
      ${
        intent.scopes.length === 0
          ? html`<p>What the service permits by itself: it was asked for nothing in particular.</p>`
          : html`<ul>
              ${intent.scopes.map((scope) => {
                const { about, risk } = explainScope(provider?.definition, scope);
                return html`<li>
                  ${about} <small>(${risks[risk]}, <code>${scope}</code>)</small>
                </li>`;
              })}
            </ul>`
      }
      <form method="post" action="${view.action}">
        ${view.csrf} ${agentChoices(view)}
        <button type="submit" name="answer" value="yes">
          Go to ${hostOf(intent.server.issuer)}
        </button>
        <button type="submit" name="answer" value="no" class="quiet">Cancel</button>
      </form>
    `,
  };
}

const methods: Readonly<Record<ClientRow['method'], string>> = {
  preregistered: 'which an admin registered there and all members share',
  cimd: "which is this Plugboard's own description, shared by all members",
  dcr: 'which registered itself there and is shared by all members',
};

function forWhom({ intent, ownerName, organizationName }: ConsentView): string {
  switch (intent.owner.kind) {
    case 'member':
      return `your own use in ${organizationName}: nobody else's calls use your account`;
    case 'organization':
      return `everybody in ${organizationName} whose agents are granted what it is used in: their calls use your account there`;
    case 'agent':
      return `the agent ${ownerName} in ${organizationName}: its calls use your account there`;
  }
}

function agentChoices({ intent, agents }: ConsentView): Html | '' {
  if (intent.owner.kind !== 'member' || agents.length === 0) return '';
  return html`<fieldset>
    <legend>Which agents may use it in your name?</legend>
    ${agents.map(
      ({ id, slug, waits }) =>
        html`<label class="choice">
          <input type="checkbox" name="agent" value="${id}" ${waits ? html`checked` : ''} />
          ${slug}${waits ? ' (waits for it)' : ''}
        </label>`,
    )}
  </fieldset>`;
}

export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url;
}
