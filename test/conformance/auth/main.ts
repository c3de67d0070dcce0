import { randomUUID } from 'node:crypto';

import { appErrorFromApi, type BegunConnection } from '@plugboard/contracts/api';
import { ProtocolError } from '@modelcontextprotocol/client';
import { AppError, isAppError } from '@plugboard/contracts';

import { addInstance, connectApi } from '../../harness/api-client.ts';
import { eventually } from '../../harness/eventually.ts';
import { agentEras, connectAgent } from '../agent/connect.ts';
import { PlugboardBrowser } from './browse.ts';
import { obtainToken } from './obtain-token.ts';
import { type AuthContext, byPackage, refusals } from './scenarios.ts';
import { setClient } from './set-client.ts';

/**
 * The client that the suite runs for its auth scenarios: connects a running Plugboard to the server at
 * the URL as a person would, in a browser and by the API, and has an agent call a tool through it.
 */
// The suite ends only the shell around this when it takes too long.
setTimeout(() => process.exit(1), 28_000).unref();

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
if (!era || server === undefined) throw new Error(`nothing is known of ${scenario}`);
const agentEra = era;
const grant = scenario.startsWith('auth/client-credentials-')
  ? ('client_credentials' as const)
  : ('authorization_code' as const);
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the suite writes it
const context = JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}') as AuthContext;

const api = connectApi(plugboard, environment('CONFORMANCE_OWNER_KEY'));
const browser = new PlugboardBrowser(
  { url: plugboard, base: environment('CONFORMANCE_BASE') },
  environment('CONFORMANCE_COOKIES'),
);
const slug = `scenario-${randomUUID().slice(0, 8)}`;
const refusal = refusals[scenario];

/** The connection that is used now, and whether there is an instance that uses it. */
let connection = '';
let isAdded = false;

if (refusal === undefined) await use(server);
else await beRefused(server, refusal);

/** Scenarios that are lost for a client that goes on: Plugboard must say why it does not. */
async function beRefused(url: string, reason: string): Promise<void> {
  try {
    await use(url);
  } catch (error) {
    if (reasonOf(error) === reason) return;
    throw error;
  }
  throw new Error(`it went on, though ${reason} was to be found`);
}

/** Connects, adds the server with the connection, and has an agent call its tool. */
async function use(url: string): Promise<void> {
  const isByPackage = byPackage.some((name) => name === scenario);
  if (!isByPackage) {
    await setClient(api, slug, url, context);
    connection = await connect({ resource: url, owner: { kind: 'organization' }, grant });
  }
  const instance = await signingIn(async () =>
    addInstance(api, {
      server: url,
      slug,
      toolbox,
      transport: 'streamable-http',
      allowPrivateNetwork: true,
      ...(isByPackage
        ? { secrets: { Authorization: `Bearer ${await obtainToken(url, context)}` } }
        : { credentials: { Authorization: connection } }),
    }),
  );
  isAdded = true;
  try {
    const mcpUrl = `${plugboard}/mcp/${toolbox}/${slug}`;
    const agent = await eventually('it was served', () =>
      connectAgent(mcpUrl, token, { era: agentEra, answers: false }),
    );
    await signingIn(async () => {
      const { isError, content } = await agent.callTool({ name: 'test-tool', arguments: {} });
      if (isError === true) throw new Error(JSON.stringify(content));
    });
    await agent.close();
  } finally {
    await api.instances.remove({ instance: instance.id });
  }
}

/** Does something, and once more after a sign-in where Plugboard says that one is needed. */
async function signingIn<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (connection === '' || !isSignInWanted(error)) throw error;
    await signInAgain(server ?? '');
    return act();
  }
}

async function signInAgain(url: string): Promise<void> {
  try {
    await come(await api.connections.reconnect({ connection }));
  } catch (error) {
    if (reasonOf(error) !== 'issuer_changed') throw error;
    // Another authorization server is another connection, which takes the place of the one before.
    const what = isAdded ? { instance: slug } : { resource: url };
    connection = await connect({ ...what, owner: { kind: 'organization' }, grant });
  }
}

async function connect(input: Parameters<typeof api.connections.begin>[0]): Promise<string> {
  return come(await api.connections.begin({ ...input, allowPrivateNetwork: true }));
}

/** Goes where a person would go, and resolves with the connection. */
async function come({ connection, authorizeUrl, requestId }: BegunConnection): Promise<string> {
  if (connection) return connection.id;
  if (authorizeUrl === undefined) throw new Error('there is nowhere to go');
  await browser.authorize(authorizeUrl);
  const { connection: made, problem } = await api.connections.request({ request: requestId });
  if (made) return made.id;
  throw new AppError('forbidden', problem?.message ?? 'it goes on waiting', {
    details: { reason: problem?.code },
  });
}

/**
 * As Plugboard tells its API's clients, and agents. A server that refuses a token which was made for it
 * just now is not worth a new sign-in by itself, but a person would try.
 */
function isSignInWanted(error: unknown): boolean {
  if (error instanceof ProtocolError) return /"sign_in_required"/.test(JSON.stringify(error.data));
  const code = appErrorFromApi(error)?.code;
  return code === 'sign_in_required' || (code === 'upstream_failed' && refusal === undefined);
}

/** The short code of a refusal, or else what kind of failure it was. */
function reasonOf(error: unknown): unknown {
  const failure = isAppError(error) ? error : appErrorFromApi(error);
  return failure?.details?.['reason'] ?? failure?.code;
}
