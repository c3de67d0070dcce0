import {
  type Expected,
  expectedAsClient,
  expectedOfAuth,
  expectedOnServer,
  notRun,
} from './expected.ts';
import type { Verdict } from './judge.ts';
import { agentEras } from '../agent/connect.ts';
import { byPackage } from '../auth/scenarios.ts';
import { forms } from '../fixture/start-fixture.ts';
import { type Revision, revisions, suiteVersion } from './suite.ts';

/** Verdicts of one column: a form of the fixture, or an era of the agent. */
export interface Column {
  readonly revision: Revision;
  readonly name: string;
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

export interface Outcome {
  readonly servers: readonly Column[];
  readonly clients: readonly Column[];
  /** What the suite found of Plugboard's authorization server. */
  readonly authorization: ReadonlyMap<string, Verdict>;
  /** Scenarios of authorization, by revision. */
  readonly auth: readonly Column[];
  /** What a revision requires of a server. */
  readonly scored: Readonly<Record<Revision, readonly string[]>>;
}

const signs: Readonly<Record<Verdict, string>> = {
  passed: '✓',
  warned: '!',
  failed: '✗',
  skipped: '–',
};

/** The page docs/conformance.md. */
export function renderReport(outcome: Outcome): string {
  const { servers, clients, auth, authorization, scored } = outcome;
  const sections = revisions.map((revision) => {
    const columns = servers.filter((column) => column.revision === revision);
    const scenarios = [...(columns[0]?.verdicts.keys() ?? [])];
    const required = scored[revision];
    const reported = scenarios.filter((scenario) => !required.includes(scenario));
    return [
      `### Clients of ${revision}`,
      table(['Required', ...columns.map(({ name }) => name)], rows(required, columns)),
      ...(reported.length > 0
        ? [table(['Not required', ...columns.map(({ name }) => name)], rows(reported, columns))]
        : []),
      reasons(forms.flatMap((form) => expectedOnServer(revision, form))),
    ];
  });
  const asClient = revisions.map((revision) => {
    const columns = clients.filter((column) => column.revision === revision);
    const scenarios = [...(columns[0]?.verdicts.keys() ?? [])];
    const names = columns.map(({ name }) => `${name} agent`);
    return [
      `### Servers of ${revision}`,
      table(['Scenario', ...names], rows(scenarios, columns)),
      reasons(agentEras.flatMap((era) => expectedAsClient(revision, era))),
    ];
  });
  return `${[
    introduction,
    summary(servers, scored),
    '## Plugboard as a server',
    asServer,
    ...sections.flat(),
    '## Plugboard as an authorization server',
    authorizing,
    table(
      ['Scenario', 'Plugboard'],
      [...authorization].map(([scenario, verdict]) => [scenario, signs[verdict]]),
    ),
    '## Plugboard as a client',
    driven,
    ...asClient.flat(),
    '### Servers that want authorization',
    authorized,
    authTable(auth),
    reasons(revisions.flatMap((revision) => expectedOfAuth(revision))),
    '### Not run',
    table(
      ['Scenarios', 'Reason'],
      notRun.map(({ scenarios, reason }) => [scenarios, reason]),
    ),
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
}

const introduction = `# Conformance

<!-- Written by \`npm run conformance\`. -->

MCP has two eras. Revisions up to 2025-11-25 have sessions, and servers ask their clients while a call is under way; since 2026-07-28 every request stands for itself, and questions are results. Plugboard lets any client use any server, whatever the two speak.

The [official conformance suite](https://github.com/modelcontextprotocol/conformance), version ${suiteVersion}, runs through Plugboard in every test run, and the run fails when this page is no longer true. To run it and write this page anew:

\`\`\`sh
npm run conformance
\`\`\``;

const asServer = `The suite is a client of \`/mcp/{toolbox}/{instance}\`. Behind it is a server, made for this from what the scenarios ask for with the official SDK (\`test/conformance/fixture/\`), which speaks the legacy era alone, the modern era alone, or both. Where the two sides differ, Plugboard translates.

✓ passes, ! passes with a warning, ✗ fails, – does not apply.`;

const authorizing = `The suite is a client that asks for access to \`/mcp\`. It registers, reads the metadata, and sends a person to be asked, who is signed in and says yes in a browser.`;

const driven = `The suite is a server, which is made an upstream of Plugboard. An agent, the official SDK's client in one era or the other, does through Plugboard what the scenario wants of a client.`;

const authorized = `The suite is the server and its authorization servers. The owner of a running Plugboard connects to it by the API and in a browser, which is followed by hand from one redirect to the next; then the server is added with that connection, and an agent of the same era calls a tool. Where a scenario is lost for a client that goes on, Plugboard must say why it does not. For \`${byPackage.join('` and `')}\`, whose assertions come from elsewhere than a sign-in, \`packages/oauth\` obtains the token, and Plugboard sends it as a secret.`;

function authTable(columns: readonly Column[]): string {
  const scenarios = [...new Set(columns.flatMap(({ verdicts }) => [...verdicts.keys()]))];
  const body = scenarios.toSorted().map((scenario) => [
    scenario,
    ...columns.map(({ verdicts }) => {
      const verdict = verdicts.get(scenario);
      return verdict === undefined ? '' : signs[verdict];
    }),
  ]);
  return table(['Scenario', ...columns.map(({ revision }) => revision)], body);
}

function summary(
  servers: readonly Column[],
  scored: Readonly<Record<Revision, readonly string[]>>,
): string {
  const line = (revision: Revision): string[] => [
    revision,
    ...forms.map((form) => {
      const column = servers.find((one) => one.revision === revision && one.name === form);
      const passing = scored[revision].filter((scenario) =>
        ['passed', 'warned'].includes(column?.verdicts.get(scenario) ?? 'failed'),
      );
      return `${passing.length} of ${scored[revision].length}`;
    }),
  ];
  return `Required scenarios that pass, by revision of the client and form of the server:\n\n${table(['Client', ...forms], revisions.map(line))}`;
}

function rows(scenarios: readonly string[], columns: readonly Column[]): string[][] {
  return scenarios.map((scenario) => [
    scenario,
    ...columns.map(({ verdicts }) => signs[verdicts.get(scenario) ?? 'failed']),
  ]);
}

/** Why scenarios do not pass; scenarios with one reason share a line. */
function reasons(expected: readonly Expected[]): string {
  const byReason = new Map<string, Set<string>>();
  for (const { scenario, reason } of expected) {
    byReason.set(reason, (byReason.get(reason) ?? new Set()).add(scenario));
  }
  return [...byReason]
    .map(([reason, scenarios]) => `- ${[...scenarios].join(', ')}: ${reason}`)
    .join('\n');
}

/** A table as the formatter would have it. */
function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...body].map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}
