import type {
  CatalogCard,
  CatalogSearch,
  CatalogServer,
  CatalogTool,
  CatalogToolSearch,
} from '@plugboard/contracts/api';
import type { Command } from 'commander';

import { presentMoment } from '../output/moments.ts';
import { plainText } from '../output/plain-text.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';
import { parseWhole } from '../values/numbers.ts';
import { whyEmpty } from './empty-catalog.ts';

interface PageOptions {
  readonly limit: number;
  readonly cursor?: string;
}

const syntax = `
Query syntax:
  postgres backup              words; slips of the pen are forgiven, the last may be unfinished
  "read only"  -archived       words in this order; without a word
  category:databases           also tier: transport: runtime: license: publisher: source: status:
  verified:true installed:true has:tools has:remote has:credentials has:readme
  tool:send_email              one of its tools is named so
  updated:>2026-01             or >=, <, <=, 2026, 2026-01-31, 2026-01..2026-06
  sort:stars                   or relevance, popularity, downloads, updated, name
  category:databases,search -runtime:oci       one of several; all but

Examples:
  $ plugboard catalog search postgres
  $ plugboard catalog search category:communication verified:true sort:stars
  $ plugboard catalog tools "what can send an e-mail?"
  $ plugboard catalog search -- database -mysql`;

export function addCatalogCommands(program: Command, session: Session): void {
  const catalog = program
    .command('catalog')
    .description('find servers to install, and their tools');

  withPages(catalog.command('search [query...]').description('search the servers there are'))
    .addHelpText('after', syntax)
    .action(async (words: string[], options: PageOptions) => {
      const q = joinWords(words);
      const api = await session.api();
      const found = await api.catalog.search({ q, ...options });
      const empty = found.total === 0 ? await whyEmpty(api) : undefined;
      await session.show(found, () => empty ?? presentSearch(found, q, session));
    });

  withPages(catalog.command('tools <query...>').description('find tools by what they do'))
    .addHelpText('after', syntax)
    .action(async (words: string[], options: PageOptions) => {
      const q = joinWords(words);
      const api = await session.api();
      const found = await api.catalog.tools({ q, ...options });
      const empty = found.tools.length === 0 ? await whyEmpty(api) : undefined;
      await session.show(found, () => empty ?? presentTools(found, q, session));
    });

  catalog
    .command('show <name>')
    .description('everything about one server')
    .option('--readme', 'its README alone')
    .action(async (name: string, { readme }: { readonly readme?: boolean }) => {
      const server = await (await session.api()).catalog.get({ name });
      await session.show(server, () =>
        readme === true
          ? `${plainText(server.readme ?? 'It has no README.', { lines: true })}\n`
          : presentServer(server, session),
      );
    });

  catalog
    .command('versions <name>')
    .description('the versions of a server, by source')
    .action(async (name: string) => {
      const answer = await (await session.api()).catalog.versions({ name });
      await session.show(answer, () =>
        table(
          session.style,
          ['version', 'source', 'state', 'published'],
          answer.versions.map((each) => [
            session.style.name(plainText(each.version)) + (each.isLatest ? ' (latest)' : ''),
            each.source,
            each.status === 'deprecated' ? session.style.warn('deprecated') : 'active',
            presentMoment(each.publishedAt),
          ]),
        ),
      );
    });

  catalog
    .command('suggest <query...>')
    .description('complete a query as it is typed')
    .action(async (words: string[]) => {
      const answer = await (await session.api()).catalog.suggest({ q: joinWords(words) });
      await session.show(answer, () =>
        answer.suggestions.length === 0
          ? 'Nothing begins like this.\n'
          : table(
              session.style,
              ['suggestion', 'kind', 'about'],
              answer.suggestions.map((each) => [
                session.style.name(plainText(each.label)),
                each.kind,
                plainText(each.about ?? ''),
              ]),
            ),
      );
    });
}

function withPages(command: Command): Command {
  return command
    .option('--limit <number>', 'how many at once, up to 100', parseWhole, 20)
    .option('--cursor <cursor>', 'go on after an earlier answer');
}

/** The shell took the quotes of a phrase away; a word with spaces in it was one. */
function joinWords(words: readonly string[]): string {
  if (words.length === 1) return words[0] ?? '';
  return words
    .map((word) => (/\s/.test(word) && !word.includes('"') ? `"${word}"` : word))
    .join(' ');
}

function presentSearch(found: CatalogSearch, q: string, session: Session): string {
  const { style } = session;
  if (found.servers.length === 0) {
    return `${presentReading(found, session)}The catalog has nothing for ${plainText(JSON.stringify(q))}. See what there is: plugboard catalog search\n`;
  }
  const rows = found.servers.map((card) => [
    style.name(plainText(card.name)),
    plainText(card.title) + marks(card, session),
    plainText(card.version),
    card.category,
    card.runtimes.join(', '),
    shorten(card.matchingTools[0] ? toolHint(card.matchingTools) : card.description, 60),
  ]);
  return [
    presentReading(found, session),
    table(style, ['server', 'title', 'version', 'category', 'runs from', 'about'], rows),
    style.quiet(
      `${found.servers.length} of ${found.total}. ${presentCounts(found)}${nextPage(found.nextCursor)}\n`,
    ),
    style.quiet(`Look closer: plugboard catalog show ${plainText(found.servers[0]?.name ?? '')}\n`),
  ].join('');
}

function marks(
  card: Pick<CatalogCard, 'verified' | 'installed' | 'status'>,
  { style }: Session,
): string {
  return [
    card.verified ? style.good(' ✓') : '',
    card.installed.length > 0 ? style.good(' installed') : '',
    card.status === 'deprecated' ? style.warn(' deprecated') : '',
  ].join('');
}

function toolHint(tools: readonly CatalogTool[]): string {
  return `tools: ${tools.map(({ name }) => name).join(', ')}`;
}

function presentCounts({ facets }: CatalogSearch): string {
  const most = facets.category.slice(0, 4).map(({ value, count }) => `${value} ${count}`);
  return most.length > 1 ? `By category: ${most.join(', ')}. ` : '';
}

function presentTools(found: CatalogToolSearch, q: string, session: Session): string {
  const { style } = session;
  const head = presentReading(found, session);
  if (found.tools.length === 0) {
    return `${head}No tool is known for ${plainText(JSON.stringify(q))}. Try other words, or: plugboard catalog search ${plainText(q)}\n`;
  }
  return [
    head,
    table(
      style,
      ['tool', 'needs', 'server', 'about'],
      found.tools.map((tool) => [
        style.name(plainText(tool.name)),
        tool.levelFrom === 'assumed' ? `${tool.level} (assumed)` : tool.level,
        plainText(tool.server.name),
        shorten(tool.title ?? tool.description ?? '', 60),
      ]),
    ),
    found.nextCursor === undefined ? '' : style.quiet(`${nextPage(found.nextCursor)}\n`),
  ].join('');
}

/** What could not be read as it was written, and what was searched for in its place. */
function presentReading(
  {
    messages,
    corrections,
    didYouMean,
  }: Pick<CatalogSearch, 'messages' | 'corrections' | 'didYouMean'>,
  { style }: Session,
): string {
  return [
    ...messages.map(({ piece, message }) =>
      style.warn(`${plainText(piece)}: ${plainText(message)}\n`),
    ),
    corrections.length > 0 && didYouMean !== undefined
      ? style.warn(
          `Nothing has ${corrections.map(({ word }) => plainText(word)).join(', ')}; showing ${plainText(didYouMean)}\n`,
        )
      : '',
  ].join('');
}

function presentServer(server: CatalogServer, session: Session): string {
  const { style } = session;
  const facts: [string, string | undefined][] = [
    ['Publisher', `${server.publisher}${server.verified ? ' (verified)' : ''}`],
    ['Version', `${server.version} of ${server.versions}, from ${server.source.slug}`],
    [
      'State',
      server.status === 'deprecated' ? `deprecated. ${server.statusMessage ?? ''}` : undefined,
    ],
    ['Category', server.category],
    ['License', server.license ?? 'not told'],
    ['Runs from', server.runtimes.join(', ')],
    ['Transports', server.transports.join(', ')],
    [
      'Credentials',
      server.credentials
        .map(({ key, required }) => (required ? key : `${key} (optional)`))
        .join(', '),
    ],
    ['Presets', server.presets.map(({ id, title }) => `${id} (${title})`).join(', ')],
    ['Stars', server.stars?.toLocaleString('en')],
    [
      'Downloads',
      server.downloads === undefined
        ? undefined
        : `${server.downloads.toLocaleString('en')} in a month`,
    ],
    ['Updated', presentMoment(server.updatedAt)],
    ['Repository', server.repositoryUrl],
    ['Website', server.websiteUrl],
    ['Installed', server.installed.map(({ slug, toolbox }) => `${slug} in ${toolbox}`).join(', ')],
  ];
  const shown = facts.filter((fact): fact is [string, string] => (fact[1] ?? '') !== '');
  const lines = shown.map(([what, text]) => `${style.quiet(what.padEnd(12))}${plainText(text)}\n`);
  const tools = server.tools.map((tool) => [
    style.name(plainText(tool.name)),
    tool.levelFrom === 'assumed' ? `${tool.level} (assumed)` : tool.level,
    shorten(tool.title ?? tool.description ?? '', 70),
  ]);
  return [
    `${style.strong(plainText(server.title))}  ${style.quiet(plainText(server.name))}\n`,
    `${plainText(server.description)}\n\n`,
    ...lines,
    ...server.remarks.map((remark) => style.warn(`! ${plainText(remark)}\n`)),
    tools.length === 0
      ? '\nIts tools are not known before it is installed.\n'
      : `\n${table(style, ['tool', 'needs', 'about'], tools)}`,
    style.quiet(`\nInstall it: plugboard server add ${plainText(server.id ?? server.name)}\n`),
  ].join('');
}

/** Cursors are for programs, and in the JSON. */
function nextPage(cursor: string | undefined): string {
  return cursor === undefined ? '' : 'More with --limit, or page by page with --json and --cursor.';
}

function shorten(text: string, length: number): string {
  const [line = ''] = text.split('\n', 1);
  return plainText(line.length > length ? `${line.slice(0, length - 1)}…` : line);
}
