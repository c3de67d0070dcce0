import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { text as readText } from 'node:stream/consumers';

import { clients, type ImportFormat, importFormats } from '@plugboard/contracts';
import type { ApiClient, ImportInput, ImportPlan } from '@plugboard/contracts/api';
import { type Command, Option } from 'commander';

import { AnsweredFailure, CliError } from '../cli-error.ts';
import { type ConfigFile, configFiles } from '../clients/config-files.ts';
import { findPlaces } from '../clients/places.ts';
import { serverSections } from '../clients/server-sections.ts';
import { confirmPlan } from '../confirm.ts';
import { drawProgress } from '../output/progress.ts';
import { plainText } from '../output/plain-text.ts';
import type { Session } from '../session.ts';
import { parseNetwork } from '../values/network.ts';
import { readGiven } from '../values/given.ts';
import { presentPlan } from './import-plan.ts';

interface ImportOptions {
  readonly from?: ImportFormat;
  readonly toolbox?: string;
  readonly only?: string[];
  readonly set?: string[];
  readonly plain?: string[];
  readonly disabled?: boolean;
  readonly folders?: 'none' | 'read' | 'write';
  readonly network?: string;
  readonly allowPrivateNetwork?: boolean;
  readonly atomic?: boolean;
  readonly yes?: boolean;
}

/** A file with its plan. */
interface Source {
  readonly file: string;
  readonly client: string | undefined;
  readonly input: ImportInput;
  readonly plan: ImportPlan;
}

const examples = `
Examples:
  plugboard import                           looks where the known clients keep their servers
  plugboard import cursor --toolbox dev
  plugboard import ./mcp.json --only github,postgres --set GITHUB_TOKEN
  plugboard import claude-desktop --yes --folders write
  docker mcp profile export work - | plugboard import - --from docker`;

export function addImportCommand(program: Command, session: Session): void {
  program
    .command('import [files...]')
    .description(
      "add the servers of a client's or another gateway's configuration; shows a plan first",
    )
    .addOption(
      new Option('--from <format>', 'what the files are (default: found out)').choices(
        importFormats,
      ),
    )
    .option('--toolbox <toolbox>', 'where the servers go (default: starter)')
    .option('--only <names...>', 'these servers alone, by their names in the file')
    .option(
      '--set <name...>',
      'what a reference of the file stands for: NAME from the environment, or NAME=@file',
    )
    .option('--plain <name...>', 'variables, headers or options that are no secrets')
    .option('--disabled', 'servers too that are switched off in the file')
    .addOption(
      new Option('--folders <access>', 'of folders that servers are given').choices([
        'none',
        'read',
        'write',
      ]),
    )
    .option('--network <policy>', 'of servers that the catalog does not know: off, open, or hosts')
    .option('--allow-private-network', 'let remote servers lie in a private network')
    .option('--atomic', 'all or none: take back what was added when one fails')
    .option('-y, --yes', 'do it without asking')
    .addHelpText('after', `\nFormats and clients: ${importFormats.join(', ')}\n${examples}`)
    .action((files: string[], options: ImportOptions) => runImport(files, options, session));
}

async function runImport(
  files: readonly string[],
  options: ImportOptions,
  session: Session,
): Promise<void> {
  const api = await session.api();
  const sources = await planSources(
    await findSources(files, options, session),
    options,
    session,
    api,
  );
  if (sources.length === 0) {
    const looked =
      'No configuration of a known client has servers in it, here or in the home folder.';
    await session.show(
      { plans: [] },
      () => `${looked}\nName a file: plugboard import ./mcp.json\n`,
    );
    return;
  }
  const count = sources.flatMap(({ plan }) => plan.servers).filter(isAdded).length;
  if (!session.json || options.yes !== true) {
    await session.show(
      { plans: sources.map(({ file, client, plan }) => ({ file, client, ...plan })) },
      () => sources.map((source) => presentPlan(source, session.style)).join('\n'),
    );
  }
  if (count === 0) return;
  await confirmPlan(
    session,
    `Add ${count} ${count === 1 ? 'server' : 'servers'}?`,
    options.yes === true,
  );
  let failed = false;
  for (const source of sources) {
    if (source.plan.servers.some(isAdded))
      failed = !(await apply(source, options, session, api)) || failed;
  }
  if (failed) throw new AnsweredFailure('failed');
}

function isAdded({ action }: ImportPlan['servers'][number]): boolean {
  return action === 'add';
}

/** The files to read: those named, a client's, or all that are there. */
async function findSources(
  named: readonly string[],
  { from }: ImportOptions,
  { terminal }: Session,
): Promise<
  { file: string; client: string | undefined; format: ImportFormat | undefined; text: string }[]
> {
  const known = configFiles(findPlaces(terminal), terminal.cwd);
  const wanted = named.length > 0 ? named : from !== undefined ? [from] : undefined;
  const found: {
    file: string;
    client: string | undefined;
    format: ImportFormat | undefined;
    text: string;
  }[] = [];
  const addKnown = async (files: readonly ConfigFile[]) => {
    for (const { file, client, format } of files) {
      const text = await readIfThere(file);
      if (text !== undefined) found.push({ file, client, format, text: serverSections(text) });
    }
  };
  if (!wanted) {
    await addKnown(known);
    return found.filter(({ text }) =>
      /"?(?:mcpServers|mcp_servers|servers|context_servers|mcp)\b/.test(text),
    );
  }
  for (const each of wanted) {
    const files = known.filter(({ client }) => client === each);
    if (each === '-') {
      found.push({
        file: '-',
        client: undefined,
        format: from,
        text: await readText(terminal.stdin),
      });
    } else if (files.length > 0) {
      const before = found.length;
      await addKnown(files);
      if (found.length > before) continue;
      throw new CliError(
        'usage',
        `${each} has no configuration here: ${files.map(({ file }) => file).join(', ')}.`,
      );
    } else {
      const file = path.resolve(terminal.cwd, each);
      const text = await readIfThere(file);
      if (text === undefined) {
        throw new CliError('usage', `There is no file ${file}.`, {
          cure: `name a file, or a client: ${clients.map(({ id }) => id).join(', ')}`,
        });
      }
      found.push({ file, client: undefined, format: from, text: serverSections(text) });
    }
  }
  return found;
}

/** Plans each file, and once more with what it turned out to refer to and the environment has. */
async function planSources(
  found: Awaited<ReturnType<typeof findSources>>,
  options: ImportOptions,
  { terminal }: Session,
  api: ApiClient,
): Promise<Source[]> {
  const sources: Source[] = [];
  for (const { file, client, format, text } of found) {
    const base: ImportInput = {
      text,
      ...(format !== undefined && { format }),
      ...(options.toolbox !== undefined && { toolbox: options.toolbox }),
      ...(options.only && { only: options.only.flatMap((names) => names.split(',')) }),
      ...(options.plain && { plain: options.plain.flatMap((names) => names.split(',')) }),
      ...(options.disabled === true && { disabled: true }),
      ...(options.folders && { folders: options.folders }),
      ...(options.network !== undefined && { network: parseNetwork(options.network) }),
      ...(options.allowPrivateNetwork === true && { allowPrivateNetwork: true }),
    };
    const first = await api.imports.plan(base);
    const given = await readGiven(
      first.servers.flatMap(({ missing }) => missing),
      options.set ?? [],
      terminal,
    );
    const isSame = Object.keys(given).length === 0;
    const input = isSame ? base : { ...base, given };
    const plan = isSame ? first : await api.imports.plan(input);
    if (plan.servers.length > 0 || client === undefined)
      sources.push({ file, client, input, plan });
  }
  return sources;
}

/** Whether all went well. */
async function apply(
  { client, input }: Source,
  { atomic }: ImportOptions,
  session: Session,
  api: ApiClient,
): Promise<boolean> {
  const { style } = session;
  const progress = drawProgress(session);
  let ok = true;
  try {
    const events = await api.imports.apply({ ...input, ...(atomic === true && { atomic }) });
    for await (const event of events) {
      if (event.type === 'progress' && !session.json) {
        progress.tell({ type: 'progress', message: `${event.slug}: ${plainText(event.message)}` });
        continue;
      }
      progress.end();
      await session.showLine(event, () => {
        if (event.type === 'server') return presentOutcome(event, style);
        if (event.type !== 'done') return '';
        const undone = event.undone ? 'Nothing of it stays: one failed.\n' : '';
        return `${undone}${event.added} added, ${event.failed} failed.\n`;
      });
      if (event.type === 'done') ok = event.failed === 0;
    }
  } finally {
    progress.end();
  }
  if (ok && client !== undefined) {
    session.note(
      `No agent may use them yet:  plugboard grant add <agent> --toolbox ${input.toolbox ?? 'starter'} --level read\n` +
        `Point ${client} at Plugboard instead:  plugboard connect ${client} --write\n`,
    );
  }
  return ok;
}

function presentOutcome(
  {
    slug,
    outcome,
    error,
  }: { slug: string; outcome: string; error?: { message: string } | undefined },
  style: Session['style'],
): string {
  switch (outcome) {
    case 'added':
      return `${style.good('added')} ${style.name(slug)}\n`;
    case 'failed':
      return `${style.bad('failed')} ${style.name(slug)}: ${plainText(error?.message ?? '')}\n`;
    case 'removed':
      return `${style.warn('taken back')} ${style.name(slug)}\n`;
    default:
      return `${style.quiet('not tried')} ${style.name(slug)}\n`;
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new CliError('failed', `${file} cannot be read (${String(code)}).`, { cause: error });
  }
}
