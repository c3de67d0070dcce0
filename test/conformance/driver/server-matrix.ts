import type { Plugboard } from '../../harness/plugboard.ts';
import { type Form, forms, startFixture } from '../fixture/start-fixture.ts';
import {
  requirementsOf,
  type Revision,
  revisions,
  runSuite,
  type ScenarioResult,
} from './suite.ts';
import { expectedOnServer } from './expected.ts';
import { startFront } from './start-front.ts';

/** One revision's scenarios, run through Plugboard against one form of the fixture. */
export interface Cell {
  readonly revision: Revision;
  readonly form: Form;
}

export interface CellResult extends Cell {
  readonly results: ReadonlyMap<string, ScenarioResult>;
}

export const cells: readonly Cell[] = revisions.flatMap((revision) =>
  forms.map((form) => ({ revision, form })),
);

/** Scenarios that no requirements name. */
const more: Readonly<Record<Revision, readonly string[]>> = {
  '2025-11-25': [],
  '2026-07-28': [
    'sep-2640-skills-enumeration',
    'sep-2640-skills-manifest',
    'sep-2640-skills-directory',
  ],
};

/** What is run for a revision, required scenarios first. */
export async function serverScenarios(
  revision: Revision,
): Promise<{ scored: readonly string[]; reported: readonly string[] }> {
  const { scored, reported } = await requirementsOf(revision, 'server');
  return { scored, reported: [...reported, ...more[revision]] };
}

/** Where the fixtures are. */
export const toolbox = 'conformance';

/** A Plugboard's toolbox for the fixtures, and an agent that may do everything in it. */
export async function prepareToolbox(plugboard: Plugboard): Promise<string> {
  await plugboard.api.toolboxes.create({ slug: toolbox, name: 'Conformance', environment: 'dev' });
  return plugboard.agent('conformance', { [toolbox]: 'admin' });
}

/** Runs a cell on a fixture of its own: scenarios change what it lists. */
export async function runCell(
  plugboard: Plugboard,
  token: string,
  { revision, form }: Cell,
): Promise<CellResult> {
  await using fixture = await startFixture(form);
  await using front = await startFront(plugboard.url, token);
  const { slug } = await plugboard.add({
    server: fixture.url,
    slug: `${form}-${revision}`,
    toolbox,
    transport: 'streamable-http',
    allowPrivateNetwork: true,
  });
  const url = `${front.url}/mcp/${toolbox}/${slug}`;
  const limitMs = 300_000;
  const results = new Map(
    await runSuite(['server', '--url', url, '--requirements', revision], { limitMs }),
  );
  const expected = new Set(expectedOnServer(revision, form).map(({ scenario }) => scenario));
  const failed = [...results.values()].filter(
    ({ scenario, outcome }) => outcome === 'failed' && !expected.has(scenario),
  );
  // Some scenarios give a server half a second, which a busy machine may miss: those have a second try.
  for (const scenario of [...more[revision], ...failed.map((result) => result.scenario)]) {
    const args = ['--scenario', scenario, '--spec-version', revision, '--force'];
    for (const [name, result] of await runSuite(['server', '--url', url, ...args], { limitMs })) {
      results.set(name, result);
    }
  }
  return { revision, form, results };
}
