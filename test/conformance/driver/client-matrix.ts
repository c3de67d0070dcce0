import { fileURLToPath } from 'node:url';

import type { Plugboard } from '../../harness/plugboard.ts';
import { type AgentEra, agentEras } from '../agent/connect.ts';
import { toolbox } from './server-matrix.ts';
import { type Revision, revisions, runSuite, type ScenarioResult } from './suite.ts';

/** One revision's scenarios for clients, driven through Plugboard by an agent of one era. */
export interface ClientCell {
  readonly revision: Revision;
  readonly era: AgentEra;
}

export const clientCells: readonly ClientCell[] = revisions.flatMap((revision) =>
  agentEras.map((era) => ({ revision, era })),
);

const program = fileURLToPath(new URL('../agent/main.ts', import.meta.url));

/** Scenarios of the client's side that apply to what Plugboard does today. */
export const clientScenarios: Readonly<Record<Revision, readonly string[]>> = {
  '2025-11-25': [
    'initialize',
    'tools_call',
    'elicitation-sep1034-client-defaults',
    'sse-retry',
    'json-schema-2020-12-preservation',
  ],
  '2026-07-28': [
    'tools_call',
    'request-metadata',
    'sep-2322-client-request-state',
    'http-standard-headers',
    'http-custom-headers',
    'http-invalid-tool-headers',
    'json-schema-ref-no-deref',
    'json-schema-2020-12-preservation',
    'sep-2640-client-no-prefetch',
  ],
};

/** Runs a cell, one scenario after the other. */
export async function runClientCell(
  plugboard: Plugboard,
  token: string,
  { revision, era }: ClientCell,
): Promise<ReadonlyMap<string, ScenarioResult>> {
  const env = {
    ...process.env,
    CONFORMANCE_PLUGBOARD: plugboard.url,
    CONFORMANCE_OWNER_KEY: plugboard.ownerKey,
    CONFORMANCE_AGENT_TOKEN: token,
    CONFORMANCE_AGENT_ERA: era,
    CONFORMANCE_TOOLBOX: toolbox,
  };
  const command = `${process.execPath} ${program}`;
  const results = new Map<string, ScenarioResult>();
  for (const scenario of clientScenarios[revision]) {
    const args = ['--command', command, '--scenario', scenario, '--spec-version', revision];
    const found = await runSuite(['client', ...args, '--force'], { limitMs: 60_000, env });
    for (const [name, result] of found) results.set(name, result);
  }
  return results;
}
