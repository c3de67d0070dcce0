import {
  type Client,
  type ClientEntries,
  clients,
  type Places,
  printEntries,
} from '@plugboard/contracts';
import type { Command } from 'commander';

import { CliError } from '../cli-error.ts';
import { directEntry } from '../clients/direct.ts';
import { findAccess } from '../clients/endpoint.ts';
import { findClient } from '../clients/find-client.ts';
import { findPlaces } from '../clients/places.ts';
import { undoCommand, writeEntries } from '../clients/set-entries.ts';
import { plainText } from '../output/plain-text.ts';
import type { Session } from '../session.ts';

interface ExportOptions {
  readonly toolbox?: string;
  readonly server?: string;
  readonly direct?: boolean;
  readonly write?: boolean;
  readonly agent?: string;
  readonly tokenFile?: string;
}

/** What is put into a client's file. */
interface Exported {
  readonly entries: ClientEntries;
  readonly inputs: readonly Readonly<Record<string, unknown>>[];
  readonly notes: readonly string[];
}

const examples = `
Examples:
  plugboard export cursor                       one entry for each toolbox, at Plugboard
  plugboard export vscode --server github --agent dev --write
  plugboard export claude-code --direct         the servers themselves, without Plugboard`;

export function addExportCommand(program: Command, session: Session): void {
  program
    .command('export <client>')
    .description("print or write servers in a client's own format, at Plugboard or without it")
    .option('--toolbox <toolbox>', 'the servers of one toolbox')
    .option('--server <server>', 'one server alone')
    .option('--direct', 'as the client would run them itself; secrets are placeholders')
    .option('--write', "put it into the client's configuration file, keeping a backup")
    .option('--agent <agent>', 'make a new token of this agent for it')
    .option('--token-file <file>', 'take the token from a file (default: PLUGBOARD_TOKEN)')
    .addHelpText('after', `\nClients: ${clients.map(({ id }) => id).join(', ')}\n${examples}`)
    .action(async (id: string, options: ExportOptions) => {
      const client = findClient(id);
      const places = findPlaces(session.terminal);
      const exported =
        options.direct === true
          ? await exportDirect(client, places, options, session)
          : await exportEndpoints(client, places, options, session);
      if (Object.keys(exported.entries).length === 0) {
        throw new CliError('failed', 'There is no server to export.', {
          cure: 'see what there is: plugboard server list',
        });
      }
      await give(client, client.file(places), exported, options, session);
    });
}

async function give(
  client: Client,
  file: string,
  { entries, inputs, notes }: Exported,
  { write }: ExportOptions,
  session: Session,
): Promise<void> {
  const { style } = session;
  const more = inputs.length > 0 ? { inputs } : {};
  const told = notes.map((note) => `${style.warn('!')} ${plainText(note)}\n`).join('');
  if (write !== true) {
    const config = { ...more, [client.section]: entries };
    await session.show(
      { client: client.id, file, config, notes },
      () => `${printEntries(client, entries, more)}\n`,
    );
    session.note(`${told}${style.quiet(`It belongs into ${file}; --write puts it there.`)}\n`);
    return;
  }
  const written = await writeEntries(client, file, entries, inputs);
  await session.show({ client: client.id, ...written, names: Object.keys(entries), notes }, () => {
    if (!written.changed) return `${file} has it already.\n`;
    const names = Object.keys(entries).map(style.name).join(', ');
    return `${client.title} knows ${names} now: ${file}\n${client.afterwards}\n${style.quiet(`Undo: ${undoCommand(file, written)}`)}\n`;
  });
  session.note(told);
}

/** One entry for each toolbox that has servers, or for one server, at Plugboard's endpoints. */
async function exportEndpoints(
  client: Client,
  places: Places,
  options: ExportOptions,
  session: Session,
): Promise<Exported> {
  const api = await session.api();
  const { instances } = await api.instances.list(
    options.toolbox === undefined ? {} : { toolbox: options.toolbox },
  );
  const wanted = instances.filter(({ slug, id }) => {
    return options.server === undefined || slug === options.server || id === options.server;
  });
  if (options.server !== undefined && wanted.length === 0) {
    throw new CliError('refused', `There is no server "${options.server}".`, { code: 'not_found' });
  }
  if (wanted.length === 0) return { entries: {}, inputs: [], notes: [] };
  const { base, token } = await findAccess(options, session, client.title);
  const paths = new Map(
    wanted.map(({ slug, toolbox }) =>
      options.server === undefined
        ? [`plugboard-${toolbox.slug}`, toolbox.slug]
        : [slug, `${toolbox.slug}/${slug}`],
    ),
  );
  const entries = [...paths].map(([name, path]) => {
    return [name, client.entry({ url: `${base}/mcp/${path}`, token }, places)] as const;
  });
  return { entries: Object.fromEntries(entries), inputs: [], notes: [] };
}

async function exportDirect(
  client: Client,
  { home }: Places,
  { toolbox, server }: ExportOptions,
  session: Session,
): Promise<Exported> {
  const api = await session.api();
  const { servers } = await api.exports.direct({
    ...(toolbox !== undefined && { toolbox }),
    ...(server !== undefined && { instance: server }),
  });
  const entries: Record<string, Readonly<Record<string, unknown>>> = {};
  const inputs: Readonly<Record<string, unknown>>[] = [];
  const notes: string[] = [];
  for (const each of servers) {
    const made = directEntry(client.id, each, home);
    if (!made) {
      const why = each.run.kind === 'other' ? each.run.why : 'the client has no way to run it';
      notes.push(`${each.slug} is left out: ${why}.`);
      continue;
    }
    entries[each.slug] = made.entry;
    inputs.push(...made.inputs);
    notes.push(...made.notes.map((note) => `${each.slug}: ${note}`));
  }
  return { entries, inputs, notes };
}
