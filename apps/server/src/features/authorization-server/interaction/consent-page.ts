import { type Level, levelCovers, levels } from '@plugboard/contracts';
import { html } from 'hono/html';

import type { PageTheme } from '../../../pages/page-theme.ts';
import { type Html, renderPage } from '../../../pages/page.ts';
import type { Membership, SignedIn } from '../../people/people.ts';
import type { ConsentChoices, ToolboxChoice } from './choices.ts';
import type { ConsentRequest } from './read-request.ts';
import { describeRedirect } from './redirect-words.ts';

export interface ConsentPage {
  readonly request: ConsentRequest;
  readonly signedIn: SignedIn;
  readonly membership: Membership;
  readonly choices: ConsentChoices;
  readonly csrf: Html;
  readonly problem: string | undefined;
  readonly theme: PageTheme;
}

/** What each level lets an agent do, in words. */
const levelWords: Readonly<Record<Level, string>> = {
  read: 'look things up',
  write: 'look things up and change them',
  execute: 'look things up, change them, and run things',
  admin: 'use every tool, also those that administer',
};

/** Who asks for what, and what the person can answer. */
export function consentPage(page: ConsentPage): Html {
  const { request, signedIn, membership, choices } = page;
  const name = request.clientName ?? request.clientHost ?? 'A program without a name';
  return renderPage({
    theme: page.theme,
    title: 'Permit a program to use tools?',
    body: html`
      ${page.problem === undefined ? '' : html`<p class="problem" role="alert">${page.problem}</p>`}
      <p>
        <strong>${name}</strong> asks to use tools of
        <strong>${membership.organizationName}</strong> for you.
      </p>
      ${aboutClient(request)} ${organizationForm(page)}
      ${choices.toolboxes.length === 0 ? nothingToGive(page) : choiceForm(page, name)}
      <p class="soft">Signed in as ${signedIn.email}.</p>
    `,
  });
}

function aboutClient({ clientHost, redirectUri, resources }: ConsentRequest): Html {
  const redirect = describeRedirect(redirectUri);
  return html`<dl>
      <dt>Who asks</dt>
      <dd>
        ${
          clientHost === undefined
            ? html`<span>It gave itself its name; nobody vouches for it.</span>`
            : html`<code>${clientHost}</code> describes it.`
        }
      </dd>
      <dt>Answer goes to</dt>
      <dd><code>${redirect.place}</code></dd>
      <dt>Endpoint</dt>
      <dd>${resources.map((each) => html`<code>${each}</code> `)}</dd>
    </dl>
    ${
      redirect.warning === undefined
        ? ''
        : html`<p class="problem">
            <strong>Only go on if you began this yourself.</strong> ${redirect.warning}
          </p>`
    }`;
}

/** Which organization, where the person is a member of several: a page of its own for each. */
function organizationForm({ signedIn, membership }: ConsentPage): Html {
  if (signedIn.memberships.length < 2) return html``;
  return html`<form method="get">
    <label for="organization">Organization</label>
    <select id="organization" name="organization">
      ${signedIn.memberships.map(
        ({ organizationId, organizationName }) =>
          html`<option
            value="${organizationId}"
            ${organizationId === membership.organizationId ? 'selected' : ''}
          >
            ${organizationName}
          </option>`,
      )}
    </select>
    <button class="quiet">Choose this organization</button>
  </form>`;
}

function nothingToGive({ csrf, membership }: ConsentPage): Html {
  const words =
    membership.role === 'auditor'
      ? 'An auditor may look at everything and let nobody use anything.'
      : 'There is nothing behind this endpoint that you may give to a program. Ask an owner or admin to open a toolbox to members.';
  return html`<p class="problem">${words}</p>
    <form method="post">
      ${csrf}
      <input type="hidden" name="organization" value="${membership.organizationId}" />
      <button name="decision" value="deny">Deny</button>
    </form>`;
}

function choiceForm({ csrf, membership, choices }: ConsentPage, name: string): Html {
  const highest = choices.toolboxes.reduce<Level>(
    (high, { highest: each }) => (levelCovers(each, high) ? each : high),
    'read',
  );
  return html`<form method="post">
    ${csrf}
    <input type="hidden" name="organization" value="${membership.organizationId}" />
    <fieldset>
      <legend>As which agent</legend>
      <label class="choice">
        <input type="radio" name="agent" value="new" checked />
        <span>A new agent of yours</span>
      </label>
      <label for="name">Its name</label>
      <input id="name" name="name" maxlength="100" value="${name.slice(0, 100)}" />
      ${choices.agents.map(
        (agent) =>
          html`<label class="choice">
            <input type="radio" name="agent" value="${agent.id}" />
            <span>${agent.name} <code>${agent.slug}</code></span>
          </label>`,
      )}
    </fieldset>
    <fieldset>
      <legend>Toolboxes</legend>
      ${choices.toolboxes.map((toolbox) => toolboxChoice(toolbox, choices.toolboxes.length === 1))}
    </fieldset>
    <fieldset>
      <legend>What a new agent may do in them</legend>
      ${levels
        .filter((level) => levelCovers(highest, level))
        .map(
          (level) =>
            html`<label class="choice">
              <input
                type="radio"
                name="level"
                value="${level}"
                ${level === 'read' ? 'checked' : ''}
              />
              <span><strong>${level}</strong>: ${levelWords[level]}</span>
            </label>`,
        )}
    </fieldset>
    <p>
      If you allow it, ${name} can see and use the tools of the toolboxes you choose, as far as this
      level goes, until you take that back. An agent that exists already keeps what it was granted
      and gets nothing more; the program is held to the toolboxes you choose.
    </p>
    <button name="decision" value="allow">Allow</button>
    <button name="decision" value="deny" class="quiet">Deny</button>
  </form>`;
}

function toolboxChoice(
  { id, slug, name, environment, highest }: ToolboxChoice,
  isOnly: boolean,
): Html {
  return html`<label class="choice">
    <input type="checkbox" name="toolbox" value="${id}" ${isOnly ? 'checked' : ''} />
    <span>${name} <code>${slug}</code>, ${environment}; up to ${highest}</span>
  </label>`;
}
