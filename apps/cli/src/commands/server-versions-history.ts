import type { Changelog, RevisionDiff, RevisionView } from '@plugboard/contracts/api';
import type { Command } from 'commander';

import { presentMoment } from '../output/moments.ts';
import { plainText } from '../output/plain-text.ts';
import type { Style } from '../output/style.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';
import { parseWhole } from '../values/numbers.ts';

export function addServerRevisionCommands(server: Command, session: Session): void {
  server
    .command('history <server>')
    .description('what a server was: versions and configurations, newest first')
    .option('--limit <count>', 'so many at most', parseWhole)
    .action(async (instance: string, options: { limit?: number }) => {
      const api = await session.api();
      const answer = await api.versions.history({ instance, ...options });
      await session.show(answer, () => presentHistory(instance, answer.revisions, session.style));
    });

  server
    .command('diff <server> <from> <to>')
    .description('what changed from one revision to another')
    .action(async (instance: string, from: string, to: string) => {
      const api = await session.api();
      const revisions = { from: parseWhole(from), to: parseWhole(to) };
      const diff = await api.versions.diff({ instance, ...revisions });
      await session.show(diff, () => presentDiff(diff, session.style));
    });

  server
    .command('changelog <server> [version]')
    .description('what its publisher says of newer versions')
    .action(async (instance: string, to: string | undefined) => {
      const api = await session.api();
      const answer = await api.versions.changelog({ instance, ...(to !== undefined && { to }) });
      await session.show(answer, () => presentChangelog(answer, session.style));
    });
}

function presentHistory(
  instance: string,
  revisions: readonly RevisionView[],
  style: Style,
): string {
  if (revisions.length === 0) {
    return `${instance} was never changed: its history begins with its next change.\n`;
  }
  return table(
    style,
    ['revision', 'version', 'why', 'when', 'changed', 'note'],
    revisions.map((each) => [
      each.current
        ? style.good(`${each.revision} now`)
        : each.kept
          ? String(each.revision)
          : style.quiet(String(each.revision)),
      plainText(each.version),
      each.reason.replace('_', ' ') +
        (each.memberId === undefined && each.reason === 'rolled_back' ? ' by itself' : ''),
      presentMoment(each.at),
      presentCounts(each),
      firstLine(plainText(each.note ?? '')),
    ]),
  );
}

function presentCounts({ offerings, changed, secretsChanged }: RevisionView): string {
  const { added, removed, changed: other } = offerings;
  const tools = added + removed + other;
  const counts = [
    ...(tools > 0 ? [`tools +${added} -${removed} ~${other}`] : []),
    ...(changed.length > 0 ? [`${changed.length} settings`] : []),
    ...(secretsChanged.length > 0 ? [`secrets ${plainText(secretsChanged.join(', '))}`] : []),
  ];
  return counts.join(', ');
}

const maxNote = 80;

function firstLine(text: string): string {
  const [line = ''] = text.split('\n');
  return line.length > maxNote ? `${line.slice(0, maxNote)}…` : line;
}

function presentDiff(diff: RevisionDiff, style: Style): string {
  return presentDifference(diff, `revision ${diff.from} → ${diff.to}`, style);
}

/** What going back would change. */
export function presentReturn(instance: string, diff: RevisionDiff, style: Style): string {
  return presentDifference(diff, `${instance} would go back to revision ${diff.to}`, style);
}

function presentDifference(diff: RevisionDiff, head: string, style: Style): string {
  const { version, settings, secretsChanged, contract } = diff;
  const same = version.before === version.after;
  const lines = [
    `${head}: ${plainText(version.before)}${same ? '' : ` → ${style.strong(plainText(version.after))}`}`,
    ...settings.map(
      ({ path, before, after }) => `  ${plainText(path)}${presentValues(before, after, style)}`,
    ),
    ...secretsChanged.map((name) => `  secret ${plainText(name)} ${style.quiet('changed')}`),
    ...contract.removed.map(({ name }) => `  ${style.bad(`- ${plainText(name)}`)}`),
    ...contract.added.map(({ name }) => `  ${style.good(`+ ${plainText(name)}`)}`),
    ...contract.changed.map(({ name }) => `  ${style.warn(`~ ${plainText(name)}`)}`),
  ];
  return `${lines.join('\n')}\n${lines.length === 1 && same ? style.quiet('Nothing else differs.\n') : ''}`;
}

function presentValues(before: unknown, after: unknown, style: Style): string {
  if (before === undefined && after === undefined) return style.quiet(' changed');
  const show = (value: unknown) =>
    value === undefined ? 'none' : plainText(JSON.stringify(value));
  return `: ${style.bad(show(before))} → ${style.good(show(after))}`;
}

function presentChangelog(changelog: Changelog, style: Style): string {
  const { sections, problem, repositoryUrl } = changelog;
  const told = sections.map(
    ({ version, text }) =>
      `${style.strong(plainText(version))}\n${plainText(text, { lines: true })}\n\n`,
  );
  const nothing = problem === undefined ? '' : `${plainText(problem)}\n`;
  const where =
    repositoryUrl === undefined ? '' : style.quiet(`Source: ${plainText(repositoryUrl)}\n`);
  return told.join('') + nothing + where;
}
