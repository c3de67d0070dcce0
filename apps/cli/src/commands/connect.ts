import { fileURLToPath } from 'node:url';

import type { Command } from 'commander';

import { homeOf } from '../api/server-address.ts';
import { runBridge } from '../bridge/run-bridge.ts';
import { CliError } from '../cli-error.ts';
import { findAgentToken } from '../clients/agent-token.ts';
import type { Client, Endpoint, Places } from '../clients/client.ts';
import { clients } from '../clients/clients.ts';
import { setJsonEntry } from '../clients/edit-json.ts';
import { setTomlTable, tomlTable } from '../clients/edit-toml.ts';
import { shellQuote } from '../clients/shell-quote.ts';
import { changeConfig } from '../clients/write-config.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';

interface ConnectOptions {
  readonly stdio?: boolean;
  readonly write?: boolean;
  readonly agent?: string;
  readonly tokenFile?: string;
  readonly endpoint?: string;
  readonly name: string;
}

export function addConnectCommand(program: Command, session: Session): void {
  program
    .command('connect [client]')
    .description('print or write the configuration of an MCP client; or be a stdio bridge')
    .option('--write', "put it into the client's configuration file, keeping a backup")
    .option('--agent <agent>', 'make a new token of this agent for it')
    .option('--token-file <file>', 'take the token from a file (default: PLUGBOARD_TOKEN)')
    .option('--endpoint <path>', 'one toolbox or server alone, such as starter or starter/memory')
    .option('--name <name>', 'what the client calls it', 'plugboard')
    .option('--stdio', 'speak MCP on stdin and stdout, for clients that know nothing else')
    .addHelpText('after', `\nClients: ${clients.map((client) => client.id).join(', ')}`)
    .action(async (id: string | undefined, options: ConnectOptions) => {
      if (options.stdio === true) await bridge(options, session);
      else if (id === undefined) await listClients(session);
      else await connect(findClient(id), options, session);
    });
}

async function bridge(options: ConnectOptions, session: Session): Promise<void> {
  const { url, token } = await findEndpoint(options, session, 'bridge');
  await runBridge({ url, token, terminal: session.terminal });
}

async function listClients(session: Session): Promise<void> {
  const places = findPlaces(session);
  const list = clients.map(({ id, title, file }) => ({ id, title, file: file(places) }));
  await session.show(
    { clients: list },
    () =>
      table(
        session.style,
        ['client', 'name', 'configuration'],
        list.map(({ id, title, file }) => [session.style.name(id), title, file]),
      ) + session.style.quiet('\nWrite one: plugboard connect cursor --write\n'),
  );
}

function findClient(id: string): Client {
  const client = clients.find((each) => each.id === id.toLowerCase());
  if (client !== undefined) return client;
  const known = clients.map((each) => each.id);
  throw new CliError('usage', `"${id}" is not a client that Plugboard knows.`, {
    cure: `one of ${known.join(', ')}; others take the URL and an Authorization header`,
  });
}

async function connect(client: Client, options: ConnectOptions, session: Session): Promise<void> {
  if (!/^[\w-]{1,64}$/.test(options.name)) {
    throw new CliError('usage', '--name takes letters, digits, "-" and "_".');
  }
  const places = findPlaces(session);
  const endpoint = await findEndpoint(options, session, client.title);
  const entry = client.entry(endpoint, places);
  const file = client.file(places);
  const { name } = options;
  if (options.write !== true) {
    const config = { client: client.id, file, config: { [client.section]: { [name]: entry } } };
    const command = client.command?.(name, endpoint);
    await session.show({ ...config, ...(command !== undefined && { command }) }, () =>
      presentConfig(client, name, entry, file, command, session),
    );
    return;
  }
  const set = client.format === 'json' ? setJsonEntry : setTomlTable;
  const written = await changeConfig(file, (text) => set(text, client.section, name, entry));
  await session.show({ client: client.id, ...written }, () => {
    if (!written.changed) return `${file} has it already.\n`;
    const undo =
      written.backup === undefined
        ? `rm ${shellQuote(file)}`
        : `mv ${shellQuote(written.backup)} ${shellQuote(file)}`;
    return `${client.title} knows ${session.style.name(name)} now: ${file}\n${client.afterwards}\n${session.style.quiet(`Undo: ${undo}`)}\n`;
  });
}

function presentConfig(
  client: Client,
  name: string,
  entry: Readonly<Record<string, unknown>>,
  file: string,
  command: string | undefined,
  { style }: Session,
): string {
  const text =
    client.format === 'toml'
      ? tomlTable(client.section, name, entry)
      : JSON.stringify({ [client.section]: { [name]: entry } }, null, 2);
  const head = command === undefined ? '' : `${style.quiet('Run')}\n${command}\n\n`;
  const or = command === undefined ? 'Put into' : 'or put into';
  const hint = `Or let it be written: plugboard connect ${client.id} --write`;
  return `${head}${style.quiet(`${or} ${file}`)}\n${text}\n\n${style.quiet(hint)}\n`;
}

/** The endpoint, with a token: a new one of --agent, a given one, or the demo agent's. */
async function findEndpoint(
  options: ConnectOptions,
  session: Session,
  purpose: string,
): Promise<Endpoint> {
  const { url, dataDir } = await session.server();
  const base = url.replace(/\/mcp(?:\/.*)?$/, '');
  const given = url === base ? `${base}/mcp` : url;
  const endpoint =
    options.endpoint === undefined ? given : `${base}/mcp/${checkPath(options.endpoint)}`;
  if (options.agent !== undefined) {
    const api = await session.api();
    const made = await api.agents.tokens.create({ agent: options.agent, name: purpose });
    return { url: endpoint, token: made.token };
  }
  const token = await findAgentToken(session.terminal, options.tokenFile, dataDir);
  if (token !== undefined) return { url: endpoint, token };
  throw new CliError('usage', 'An agent’s token is needed.', {
    cure: 'give --agent <agent> to make one, or set PLUGBOARD_TOKEN, or name a file with --token-file',
  });
}

function checkPath(text: string): string {
  const plain = text.replaceAll(/^\/+|\/+$/g, '');
  if (/^[a-z][a-z0-9-]*(?:\/[a-z][a-z0-9-]*)?$/.test(plain)) return plain;
  throw new CliError('usage', '--endpoint takes <toolbox> or <toolbox>/<server>.');
}

function findPlaces({ terminal }: Session): Places {
  const { platform, env } = terminal;
  const plugboard = fileURLToPath(new URL('../../../../plugboard', import.meta.url));
  return { home: homeOf(terminal), platform, env, plugboard };
}
