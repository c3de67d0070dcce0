import type { ApiClient, Source, Sync } from '@plugboard/contracts/api';
import type { Command } from 'commander';

import { CliError } from '../cli-error.ts';
import { plainText } from '../output/plain-text.ts';
import { drawProgress } from '../output/progress.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';
import { parseDuration } from '../values/moment.ts';
import { readSecrets } from '../values/named-values.ts';
import { parseWhole } from '../values/numbers.ts';
import { presentSource, syncLine, syncReport } from './source-report.ts';

interface AddOptions {
  readonly kind?: Source['kind'];
  readonly title?: string;
  readonly audience?: Source['audience'];
  readonly priority?: number;
  readonly every?: string;
  readonly token?: string;
  readonly allowPrivateNetwork?: boolean;
  readonly sync?: boolean;
}

interface SyncOptions {
  readonly full?: boolean;
  readonly wait?: boolean;
}

const addExamples = `
Examples:
  plugboard source add acme https://registry.acme.example --every 1h
  ACME_TOKEN=… plugboard source add acme https://registry.acme.example --token ACME_TOKEN --audience admins
  plugboard source add docker https://example.com/catalog.yaml --kind docker
  plugboard source add team our-servers --kind folder
  plugboard source add team https://git.acme.example/mcp/catalog.git --kind folder`;

const syncExamples = `
Examples:
  plugboard source sync official
  plugboard source sync official --full`;

export function addSourceCommands(program: Command, session: Session): void {
  const { style } = session;
  const source = program
    .command('source')
    .description('where the servers of the catalog come from');

  source
    .command('list')
    .description('list sources, the first to be believed first')
    .action(async () => {
      const api = await session.api();
      const { sources } = await api.sources.list();
      await session.show({ sources }, () =>
        sources.length === 0
          ? 'There is no source. Add one: plugboard source add my-registry https://registry.example.com\n'
          : table(
              style,
              ['source', 'kind', 'priority', 'audience', 'servers', 'last sync', 'location'],
              sources.map((each) => [
                style.name(each.slug),
                each.enabled ? each.kind : `${each.kind} (off)`,
                String(each.priority),
                each.audience,
                String(each.servers),
                syncLine(each.lastSync),
                plainText(each.location ?? ''),
              ]),
            ),
      );
    });

  source
    .command('show <source>')
    .description('show a source with its last sync and what was refused in it')
    .action(async (name: string) => {
      const api = await session.api();
      const found = await api.sources.get({ source: name });
      await session.show(found, () => presentSource(style, found));
    });

  source
    .command('add <slug> <location>')
    .description('add a source and sync it')
    .option('--kind <kind>', 'registry, docker or folder (default: registry)')
    .option('--title <title>', 'a name for people')
    .option('--audience <who>', 'admins, members or public (default: members)')
    .option('--priority <number>', 'the lowest is believed first (default: 100)', parseWhole)
    .option('--every <time>', 'time between syncs, such as 6h; never for only when asked')
    .option('--token <name>', 'bearer token from the environment, or NAME=@file')
    .option('--allow-private-network', 'let it lie in a private network, and without https')
    .option('--no-sync', 'do not sync it now')
    .addHelpText('after', addExamples)
    .action(async (slug: string, location: string, options: AddOptions) => {
      const { token, every, kind = 'registry' } = options;
      if (kind === 'bundled') throw new CliError('usage', '--kind is registry, docker or folder.');
      const api = await session.api();
      const made = await api.sources.add({
        slug,
        location,
        kind,
        ...(options.title !== undefined && { title: options.title }),
        ...(options.audience !== undefined && { audience: options.audience }),
        ...(options.priority !== undefined && { priority: options.priority }),
        ...(every !== undefined && { everyMs: every === 'never' ? null : parseDuration(every) }),
        ...(token !== undefined && { token: await readToken(token, session) }),
        ...(options.allowPrivateNetwork === true && { allowPrivateNetwork: true }),
      });
      await session.showLine({ type: 'added', source: made }, () => {
        const said = `Source ${style.name(made.slug)} is there.\n`;
        return options.sync === false
          ? `${said}${style.quiet(`Sync it: plugboard source sync ${made.slug}\n`)}`
          : said;
      });
      if (options.sync !== false) await syncNow(api, made.slug, {}, session);
    });

  source
    .command('remove <source>')
    .description('remove a source and all servers that no other source has')
    .action(async (name: string) => {
      const api = await session.api();
      const done = await api.sources.remove({ source: name });
      await session.show(done, () => `Source ${style.name(name)} is gone, with what it told.\n`);
    });

  source
    .command('sync <source>')
    .description('sync a source now and show what changed; Ctrl-C leaves it running')
    .option('--full', 'read everything again, not only what changed')
    .option('--no-wait', 'do not wait for its end')
    .addHelpText('after', syncExamples)
    .action(async (name: string, options: SyncOptions) => {
      await syncNow(await session.api(), name, options, session);
    });

  source
    .command('cancel <source>')
    .description('cancel the sync of a source that is under way; what it stored stays')
    .action(async (name: string) => {
      const api = await session.api();
      const { lastSync } = await api.sources.get({ source: name });
      if (lastSync === undefined || !isUnderWay(lastSync)) {
        throw new CliError('failed', `No sync of "${name}" is under way.`);
      }
      const sync = await api.sources.syncs.cancel({ source: name, sync: lastSync.id });
      await session.show(sync, () => `The sync of ${style.name(name)} is cancelled.\n`);
    });
}

async function syncNow(
  api: ApiClient,
  source: string,
  { full, wait }: SyncOptions,
  session: Session,
): Promise<void> {
  const { style } = session;
  const begun = await api.sources.sync({ source, ...(full === true && { full }) });
  if (wait === false) {
    await session.showLine({ type: 'begun', sync: begun }, () =>
      style.quiet(`It goes on by itself. See: plugboard source show ${source}\n`),
    );
    return;
  }
  const progress = drawProgress(session);
  try {
    for await (const event of await api.sources.syncs.watch({ source, sync: begun.id })) {
      if (event.type === 'progress') {
        progress.tell(event);
        continue;
      }
      progress.end();
      const { sync } = event;
      await session.showLine(event, () => syncReport(style, source, sync));
      if (sync.state !== 'succeeded') {
        throw new CliError('failed', sync.error ?? `The sync has ${sync.state}.`);
      }
    }
  } finally {
    progress.end();
  }
}

async function readToken(name: string, { terminal }: Session): Promise<string> {
  const [token] = Object.values(await readSecrets([name], terminal));
  if (token === undefined) throw new CliError('usage', '--token takes the name of a variable.');
  return token.trim();
}

function isUnderWay({ state }: Sync): boolean {
  return state === 'queued' || state === 'running';
}
