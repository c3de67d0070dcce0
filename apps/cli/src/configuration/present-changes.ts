import type {
  ConfigurationProblemView,
  InheritancePlan,
  SettingChange,
} from '@plugboard/contracts/api';

import { plainText } from '../output/plain-text.ts';
import type { Style } from '../output/style.ts';
import { table } from '../output/table.ts';

const longest = 60;

/** A value as one short line. */
export function presentValue(value: unknown): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return plainText(text.length > longest ? `${text.slice(0, longest - 1)}…` : text);
}

export function presentChanges(style: Style, changes: readonly SettingChange[]): string {
  if (changes.length === 0) return 'Nothing would change.\n';
  return table(
    style,
    ['setting', 'now', 'then', 'from'],
    changes.map(({ path, before, after, origin }) => [
      style.name(plainText(path)),
      presentValue(before),
      after === undefined ? style.quiet('taken away') : presentValue(after),
      origin ?? '',
    ]),
  );
}

/** Of an instance that is started anew although nothing changes: it runs with other settings still. */
export const presentRetry =
  'Its settings stay as they are. It does not run with them yet: it did not start with them.\n';

export function presentProblems(
  style: Style,
  problems: readonly ConfigurationProblemView[],
): string {
  return problems
    .map(({ key, message }) => `${style.bad(plainText(key))}: ${plainText(message)}\n`)
    .join('');
}

export function presentInheritance(style: Style, { instances, problems }: InheritancePlan): string {
  const parts = instances.map(({ instance, toolbox, environment, changes, problems: wrong }) => {
    const name = style.name(instance.slug);
    return `${name} in ${toolbox} (${environment}) starts anew:\n${changes.length === 0 ? presentRetry : presentChanges(style, changes)}${presentProblems(style, wrong)}`;
  });
  const none = instances.length === 0 ? 'No instance runs otherwise because of it.\n' : '';
  return `${none}${parts.join('\n')}${presentProblems(style, problems)}`;
}
