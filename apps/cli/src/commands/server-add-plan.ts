import type { InstallConflict, InstallPlan } from '@plugboard/contracts/api';

import { presentBytes } from '../output/bytes.ts';
import { plainText } from '../output/plain-text.ts';
import type { Style } from '../output/style.ts';
import { table } from '../output/table.ts';

const shownTools = 12;

/** A plan as a person reads it before saying yes: what comes, what it may do, what is in its way. */
export function presentInstallPlan(plan: InstallPlan, style: Style): string {
  const { server, slug, toolbox } = plan;
  const by = [server.publisher, server.tier, server.license].filter((each) => each !== undefined);
  const lines = [
    `${style.strong(plainText(server.title ?? server.name))} ${plainText(server.version)}  →  ${style.name(slug)} in ${toolbox.slug} (${toolbox.environment})`,
    style.quiet(plainText([server.name, ...by].join(' · '))),
    '',
    ...section(style, 'fetches', presentFetch(plan, style)),
    ...section(style, 'runs', presentRun(plan)),
    ...section(style, 'reaches', presentReach(plan)),
    ...section(style, 'asks for', presentCredentials(plan, style)),
    ...section(style, 'offers', presentTools(plan, style)),
    ...section(
      style,
      'to know',
      server.remarks.map((remark) => plainText(remark)),
    ),
    ...(plan.conflicts.length > 0 ? ['', presentConflicts(plan.conflicts, style).trimEnd()] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** Each with its cure; errors first. */
export function presentConflicts(conflicts: readonly InstallConflict[], style: Style): string {
  const inOrder = conflicts.toSorted((a, b) => rank(a) - rank(b));
  return inOrder
    .map(({ severity, message, cure }) => {
      const mark = severity === 'error' ? style.bad('x') : style.warn('!');
      return `${mark} ${plainText(message, { lines: true })}\n  ${style.quiet(plainText(cure))}\n`;
    })
    .join('');
}

function rank({ severity }: InstallConflict): number {
  return severity === 'error' ? 0 : 1;
}

function section(style: Style, heading: string, lines: readonly string[]): string[] {
  return lines.map((line, at) => `${style.quiet((at === 0 ? heading : '').padEnd(9))} ${line}`);
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
  const more = fetch.bytesUnknown > 0 ? ` and ${fetch.bytesUnknown} of unknown size` : '';
  const count = `${packages.length} ${packages.length === 1 ? 'package' : 'packages'}`;
  const licences = Map.groupBy(packages, ({ license }) => license ?? 'none stated');
  const byCount = [...licences].toSorted(([, a], [, b]) => b.length - a.length);
  const scripted = packages.filter(({ hasScripts }) => hasScripts).map(({ name }) => name);
  return [
    `${plainText(`${own.name}@${own.version}`)} with what it needs: ${count}, ${presentBytes(fetch.bytes)} unpacked${more}`,
    style.quiet(plainText(own.integrity ?? 'without integrity')),
    plainText(
      `licences: ${byCount.map(([license, having]) => `${license} (${having.length})`).join(', ')}`,
    ),
    ...(scripted.length > 0 ? [plainText(`install scripts: ${scripted.join(', ')}`)] : []),
  ];
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
      `${isolation}, at most ${limits.memoryMb} MB, ${limits.cpus} processors, ${limits.pids} processes; Node ${node.present}${asked}`,
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
