import type { InstallConflict, InstallPlan } from '@plugboard/contracts/api';

import { presentBytes } from '../output/bytes.ts';
import { plainText } from '../output/plain-text.ts';
import type { Style } from '../output/style.ts';
import { table } from '../output/table.ts';
import { wrap } from '../output/wrap.ts';

const shownTools = 12;

/** A plan as a person reads it before saying yes: what comes, what it may do, what is in its way. */
export function presentInstallPlan(
  plan: InstallPlan,
  style: Style,
  columns: number | undefined,
): string {
  const { server, slug, toolbox } = plan;
  const by = [server.publisher, server.tier, server.license].filter((each) => each !== undefined);
  const section = sections(style, columns);
  const lines = [
    ...wrap(
      `${style.strong(plainText(server.title ?? server.name))} ${plainText(server.version)}  →  ${style.name(slug)} in ${toolbox.slug} (${toolbox.environment})`,
      columns,
    ),
    ...wrap(style.quiet(plainText([server.name, ...by].join(' · '))), columns),
    '',
    ...section('fetches', presentFetch(plan, style)),
    ...section('runs', presentRun(plan)),
    ...section('reaches', presentReach(plan)),
    ...section('asks for', presentCredentials(plan, style)),
    ...section('offers', presentTools(plan, style)),
    ...section(
      'to know',
      server.remarks.map((remark) => plainText(remark)),
    ),
    ...(plan.conflicts.length > 0
      ? ['', presentConflicts(plan.conflicts, style, columns).trimEnd()]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** Each with its cure; errors first. */
export function presentConflicts(
  conflicts: readonly InstallConflict[],
  style: Style,
  columns: number | undefined,
): string {
  const width = columns === undefined ? undefined : columns - 2;
  const indented = (text: string) => wrap(text, width).join('\n  ');
  const inOrder = conflicts.toSorted((a, b) => rank(a) - rank(b));
  return inOrder
    .map(({ severity, message, cure }) => {
      const mark = severity === 'error' ? style.bad('x') : style.warn('!');
      const what = plainText(message, { lines: true }).split('\n').map(indented).join('\n  ');
      return `${mark} ${what}\n  ${style.quiet(indented(plainText(cure)))}\n`;
    })
    .join('');
}

function rank({ severity }: InstallConflict): number {
  return severity === 'error' ? 0 : 1;
}

const headingWidth = 10;

function sections(style: Style, columns: number | undefined) {
  const width = columns === undefined ? undefined : columns - headingWidth;
  return (heading: string, lines: readonly string[]): string[] =>
    lines
      .flatMap((line) => wrap(line, width))
      .map((line, at) => `${style.quiet((at === 0 ? heading : '').padEnd(headingWidth))}${line}`);
}

function presentFetch({ fetch }: InstallPlan, style: Style): string[] {
  const { packages, bundle, present } = fetch;
  if (present) return ['nothing: it lies installed already'];
  if (bundle) {
    const from = bundle.url === undefined ? 'uploaded here' : `from ${bundle.url}`;
    return [plainText(`a bundle ${from}, SHA-256 ${bundle.sha256.slice(0, 16)}…`)];
  }
  const [own] = packages;
  if (!own) return ['nothing: it runs elsewhere'];
  const count = `${packages.length} ${packages.length === 1 ? 'package' : 'packages'}`;
  const licences = Map.groupBy(packages, ({ license }) => license ?? 'none stated');
  const byCount = [...licences].toSorted(([, a], [, b]) => b.length - a.length);
  const scripted = packages.filter(({ hasScripts }) => hasScripts).map(({ name }) => name);
  return [
    `${plainText(`${own.name}@${own.version}`)} with what it needs: ${count}, ${presentSize(fetch)}`,
    style.quiet(plainText(own.integrity ?? 'without integrity')),
    plainText(
      `licences: ${byCount.map(([license, having]) => `${license} (${having.length})`).join(', ')}`,
    ),
    ...(scripted.length > 0 ? [plainText(`install scripts: ${scripted.join(', ')}`)] : []),
  ];
}

function presentSize({ bytes, bytesUnknown, packages }: InstallPlan['fetch']): string {
  if (bytesUnknown === packages.length) return 'of unknown size';
  const size = bytes < 1_048_576 ? `${Math.ceil(bytes / 1024)} kB` : presentBytes(bytes);
  return `${size} unpacked${bytesUnknown > 0 ? ` and ${bytesUnknown} of unknown size` : ''}`;
}

function presentRun({ run }: InstallPlan): string[] {
  if (!run) return [];
  if (run.driver === 'remote') {
    const headers = run.headers.length > 0 ? `, sending ${run.headers.join(', ')}` : '';
    return [plainText(`elsewhere: ${run.url} (${run.transport})${headers}`)];
  }
  const { limits, mounts, node, scripts } = run;
  const command = [run.entry ?? 'its program', ...(run.args ?? [])].join(' ');
  const isolation = run.isolation === 'sandbox' ? 'in a sandbox' : 'WITHOUT a sandbox';
  const asked = node.asked === undefined ? '' : ` (asks for ${node.asked})`;
  return [
    plainText(command),
    plainText(
      `${isolation}, at most ${limits.memoryMb} MB, ${limits.cpus} ${limits.cpus === 1 ? 'processor' : 'processors'}, ${limits.pids} processes; Node ${node.present}${asked}`,
    ),
    ...Object.entries(run.env ?? {}).map(([name, value]) => plainText(`${name}=${value}`)),
    ...mounts.map(({ path, writable }) =>
      plainText(`sees ${path}${writable ? ' and writes there' : ''}`),
    ),
    ...(scripts.length > 0 ? [plainText(`runs install scripts of ${scripts.join(', ')}`)] : []),
  ];
}

function presentReach({ reach, run }: InstallPlan): string[] {
  const { policy, reason } = reach;
  const hosts =
    policy.mode === 'allow'
      ? policy.hosts.join(', ')
      : policy.mode === 'open'
        ? 'every host'
        : run?.driver === 'remote'
          ? 'its own address'
          : 'no host';
  return [plainText(reason === undefined ? hosts : `${hosts}: ${reason}`)];
}

function presentCredentials({ credentials }: InstallPlan, style: Style): string[] {
  return credentials.map(({ key, title, required, given, url }) => {
    const state = given
      ? style.good('given')
      : required
        ? style.bad('missing')
        : style.quiet('optional');
    const name = key === undefined || key === title ? '' : ` (${key})`;
    return `${plainText(`${title}${name}`)}  ${state}${url === undefined ? '' : style.quiet(plainText(`  ${url}`))}`;
  });
}

function presentTools({ tools }: InstallPlan, style: Style): string[] {
  if (!tools.known) return [style.quiet('tools that are known when it was started once')];
  const rows = tools.tools
    .slice(0, shownTools)
    .map(({ exposedName, level }) => [plainText(exposedName), level]);
  const more = tools.tools.length - rows.length;
  return [
    ...table(style, ['tool', 'level'], rows).trimEnd().split('\n'),
    ...(more > 0 ? [style.quiet(`and ${more} more`)] : []),
  ];
}
