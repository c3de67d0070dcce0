import { fileURLToPath } from 'node:url';

import type { Plugboard } from '../../harness/plugboard.ts';
import { type Place, signInOwner } from '../auth/browse.ts';
import { cimd, oldest } from '../auth/scenarios.ts';
import type { AgentEra } from '../agent/connect.ts';
import { prepareToolbox, toolbox } from './server-matrix.ts';
import {
  requirementsOf,
  type Revision,
  revisions,
  runSuite,
  type ScenarioResult,
} from './suite.ts';

/** A Plugboard with somebody signed in who may connect it. */
export interface AuthBench {
  readonly plugboard: Plugboard;
  readonly place: Place;
  readonly token: string;
  readonly cookies: string;
}

/** One revision's auth scenarios: of servers of that era, used by agents of that era. */
export interface AuthCell {
  readonly revision: Revision;
  readonly era: AgentEra;
}

export const authCells: readonly AuthCell[] = revisions.map((revision) => ({
  revision,
  era: revision === '2025-11-25' ? 'legacy' : 'modern',
}));

const program = fileURLToPath(new URL('../auth/main.ts', import.meta.url));

/** All that the suite has for a revision, required or not; the oldest go with the older one. */
export async function authScenarios(revision: Revision): Promise<readonly string[]> {
  const { scored, reported } = await requirementsOf(revision, 'client');
  const named = [...scored, ...reported].filter((scenario) => scenario.startsWith('auth/'));
  return [...named, ...(revision === '2025-11-25' ? oldest : [])];
}

export async function prepareAuth(plugboard: Plugboard, base = plugboard.url): Promise<AuthBench> {
  const place = { url: plugboard.url, base };
  return {
    plugboard,
    place,
    token: await prepareToolbox(plugboard),
    cookies: await signInOwner(plugboard, place),
  };
}

/** Runs one scenario on the bench that suits it. */
export async function runAuthScenario(
  scenario: string,
  { revision, era }: AuthCell,
  benches: { readonly usual: AuthBench; readonly cimd: AuthBench },
): Promise<ScenarioResult | undefined> {
  const { plugboard, place, token, cookies } =
    scenario === cimd.scenario ? benches.cimd : benches.usual;
  const env = {
    ...process.env,
    CONFORMANCE_PLUGBOARD: place.url,
    CONFORMANCE_BASE: place.base,
    CONFORMANCE_OWNER_KEY: plugboard.ownerKey,
    CONFORMANCE_COOKIES: cookies,
    CONFORMANCE_AGENT_TOKEN: token,
    CONFORMANCE_AGENT_ERA: era,
    CONFORMANCE_TOOLBOX: toolbox,
  };
  const command = `${process.execPath} ${program}`;
  const args = ['--command', command, '--scenario', scenario, '--spec-version', revision];
  const found = await runSuite(['client', ...args, '--force'], { limitMs: 60_000, env });
  return found.get(scenario);
}
