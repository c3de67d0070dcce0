import { randomUUID } from 'node:crypto';

import { eventually } from '../../harness/eventually.ts';
import { addInstance, connectApi } from '../../harness/api-client.ts';
import { acts, answeringScenarios, type ScenarioContext } from './acts.ts';
import { agentEras, connectAgent } from './connect.ts';

/**
 * The client that the suite runs: makes the server at the URL an upstream of a running Plugboard and
 * does what the scenario wants through it.
 */
// The suite ends only the shell around this when it takes too long.
setTimeout(() => process.exit(1), 25_000).unref();

const environment = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};
const scenario = environment('MCP_CONFORMANCE_SCENARIO');
const plugboard = environment('CONFORMANCE_PLUGBOARD');
const token = environment('CONFORMANCE_AGENT_TOKEN');
const toolbox = environment('CONFORMANCE_TOOLBOX');
const era = agentEras.find((name) => name === environment('CONFORMANCE_AGENT_ERA'));
const server = process.argv.at(-1);
const act = acts[scenario];
if (!act || !era || server === undefined) throw new Error(`nothing is known of ${scenario}`);
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the suite writes it
const context = JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}') as ScenarioContext;

const api = connectApi(plugboard, environment('CONFORMANCE_OWNER_KEY'));
const instance = await addInstance(api, {
  server,
  slug: `scenario-${randomUUID().slice(0, 8)}`,
  toolbox,
  transport: 'streamable-http',
  allowPrivateNetwork: true,
});
try {
  const url = `${plugboard}/mcp/${toolbox}/${instance.slug}`;
  const agent = await eventually('it was served', () =>
    connectAgent(url, token, { era, answers: answeringScenarios.has(scenario) }),
  );
  await act(agent, context);
  await agent.close();
} finally {
  // The scenario waits for its connections to end.
  await api.instances.remove({ instance: instance.id });
}
