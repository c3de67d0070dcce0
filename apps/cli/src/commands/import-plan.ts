import type { ImportPlan, PlannedServer } from '@plugboard/contracts/api';

import { plainText } from '../output/plain-text.ts';
import type { Style } from '../output/style.ts';

/** A plan as a person reads it: what would be done first, then what is left alone and why. */
export function presentPlan(
  { file, plan }: { readonly file: string; readonly plan: ImportPlan },
  style: Style,
): string {
  const added = plan.servers.filter(({ action }) => action === 'add');
  const others = plan.servers.filter(({ action }) => action !== 'add' && action !== 'left_out');
  const head = `${style.strong(plainText(file))} ${style.quiet(`(${plan.format})`)} → toolbox ${style.name(plan.toolbox.slug)}\n`;
  const problems = plan.problems.map((problem) => `  ${style.warn('!')} ${plainText(problem)}\n`);
  const nothing = plan.servers.length === 0 ? ['  no servers\n'] : [];
  return [
    head,
    ...problems,
    ...nothing,
    ...[...added, ...others].map((each) => presentServer(each, style)),
  ].join('');
}

function presentServer(server: PlannedServer, style: Style): string {
  const { action, slug, name, runs, entry, conflict, secretNames, missing, scope } = server;
  const lines = [
    `  ${mark(action, style)} ${style.name(slug ?? plainText(name))}  ${plainText(runs)}${scope === undefined ? '' : style.quiet(`  (project ${plainText(scope)})`)}`,
  ];
  const tell = (text: string) => lines.push(`      ${text}`);
  if (entry) tell(style.quiet(`in the catalog as ${plainText(entry.title ?? entry.name)}`));
  if (conflict) {
    tell(
      `${style.warn('!')} ${plainText(conflict.slug)} is taken by ${plainText(conflict.by)}, so it is called ${slug ?? ''}`,
    );
  }
  if (action === 'add') {
    const settings = [
      ...Object.entries(server.values).map(([key, value]) => `${key}=${String(value)}`),
      ...Object.entries(server.env).map(([key, value]) => `${key}=${value}`),
      ...Object.entries(server.headers).map(([key, value]) => `${key}: ${value}`),
    ];
    if (settings.length > 0) tell(plainText(settings.join('  ')));
    if (server.args) tell(`arguments: ${plainText(server.args.join(' '))}`);
    if (secretNames.length > 0) tell(`secrets to seal: ${plainText(secretNames.join(', '))}`);
  }
  for (const reference of missing) {
    const how =
      reference.kind === 'place'
        ? 'means a folder of the client: write it out in the file'
        : `is not set: give it with --set ${plainText(reference.name)}`;
    tell(`${style.warn('!')} ${plainText(reference.name)} ${how}`);
  }
  for (const problem of server.problems) tell(`${style.warn('!')} ${plainText(problem)}`);
  return `${lines.join('\n')}\n`;
}

function mark(action: PlannedServer['action'], style: Style): string {
  switch (action) {
    case 'add':
      return style.good('+ add        ');
    case 'unchanged':
      return style.quiet('= unchanged  ');
    case 'differs':
      return style.warn('~ differs    ');
    case 'disabled':
      return style.quiet('- off        ');
    case 'incomplete':
      return style.warn('? incomplete ');
    case 'blocked':
      return style.bad('x blocked    ');
    case 'unsupported':
      return style.bad('x not yet    ');
    case 'left_out':
      return style.quiet('- left out   ');
  }
}
