import { type Client, clients, printEntries } from '@plugboard/contracts';
import type { Command } from 'commander';

import { runBridge } from '../bridge/run-bridge.ts';
import { CliError } from '../cli-error.ts';
import { findAccess } from '../clients/endpoint.ts';
import { findClient } from '../clients/find-client.ts';
import { findPlaces } from '../clients/places.ts';
import { undoCommand, writeEntries } from '../clients/set-entries.ts';
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
    .addHelpText(
      'after',
      `\nClients: ${clients.map((client) => client.id).join(', ')}\n\nOne that speaks OAuth needs the URL of an endpoint alone; the others are given a token.`,
    )
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
  const places = findPlaces(session.terminal);
  const list = clients.map(({ id, title, file }) => ({ id, title, file: file(places) }));
  await session.show(
    { clients: list },
    () =>
      table(
        session.style,
        ['client', 'name', 'configuration'],
        list.map(({ id, title, file }) => [session.style.name(id), title, file]),
      ) +
      session.style.quiet('\nWrite one: plugboard connect cursor --write\n') +
      session.style.quiet(
        'A client that speaks OAuth needs the URL of an endpoint alone: see plugboard status\n',
      ),
  );
}

async function connect(client: Client, options: ConnectOptions, session: Session): Promise<void> {
  if (!/^[\w-]{1,64}$/.test(options.name)) {
    throw new CliError('usage', '--name takes letters, digits, "-" and "_".');
  }
  const places = findPlaces(session.terminal);
  const endpoint = await findEndpoint(options, session, client.title);
  const entry = client.entry(endpoint, places);
  const file = client.file(places);
  const { name } = options;
  if (options.write !== true) {
    const { url } = endpoint;
    const config = {
      client: client.id,
      url,
      file,
      config: { [client.section]: { [name]: entry } },
    };
    const command = client.command?.(name, endpoint);
    await session.show({ ...config, ...(command !== undefined && { command }) }, () =>
      presentConfig(client, name, url, entry, file, command, session),
    );
    return;
  }
  const written = await writeEntries(client, file, { [name]: entry });
  await session.show({ client: client.id, ...written }, () => {
    if (!written.changed) return `${file} has it already.\n`;
    const undo = undoCommand(file, written);
    return `${client.title} knows ${session.style.name(name)} now: ${file}\n${client.afterwards}\n${session.style.quiet(`Undo: ${undo}`)}\n`;
  });
}

function presentConfig(
  client: Client,
  name: string,
  url: string,
  entry: Readonly<Record<string, unknown>>,
  file: string,
  command: string | undefined,
  { style }: Session,
): string {
  const text = printEntries(client, { [name]: entry });
  const alone = `${style.quiet('If it speaks OAuth, the URL is enough: it opens a page on which you sign in')}\n${url}\n\n`;
  const head = command === undefined ? '' : `${style.quiet('With a token, run')}\n${command}\n\n`;
  const or = command === undefined ? 'With a token, put into' : 'or put into';
  const hint = `Or let it be written: plugboard connect ${client.id} --write`;
  return `${alone}${head}${style.quiet(`${or} ${file}`)}\n${text}\n\n${style.quiet(hint)}\n`;
}

async function findEndpoint(
  options: ConnectOptions,
  session: Session,
  purpose: string,
): Promise<{ readonly url: string; readonly token: string }> {
  const path = options.endpoint === undefined ? undefined : checkPath(options.endpoint);
  const { base, url, token } = await findAccess(options, session, purpose);
  return { url: path === undefined ? url : `${base}/mcp/${path}`, token };
}

function checkPath(text: string): string {
  const plain = text.replaceAll(/^\/+|\/+$/g, '');
  if (/^[a-z][a-z0-9-]*(?:\/[a-z][a-z0-9-]*)?$/.test(plain)) return plain;
  throw new CliError('usage', '--endpoint takes <toolbox> or <toolbox>/<server>.');
}
