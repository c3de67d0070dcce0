import type { LockChange, LockFieldChange, PlannedChange } from '@plugboard/contracts/api';

import { plainText } from '../output/plain-text.ts';
import type { Style } from '../output/style.ts';

type Shown = LockChange & Pick<PlannedChange, 'problem' | 'note' | 'kept'>;

const nouns: Readonly<Record<LockChange['kind'], string>> = {
  licence_policy: 'licence policy',
  source: 'source',
  toolbox: 'toolbox',
  template: 'template',
  layer: 'layer',
  instance: 'instance',
  level: 'level',
  agent: 'agent',
  grant: 'grant',
};

const signs = { create: '+', change: '~', delete: '-', drift: '!' } as const;

const maxValueLength = 120;

/** Changes for people: a line for each object, and one for each field of it before → after. */
export function presentChanges(changes: readonly Shown[], style: Style): string {
  return changes.map((change) => presentChange(change, style)).join('');
}

function presentChange(change: Shown, style: Style): string {
  const { action, kind, id, fields, drift, problem, note, kept } = change;
  const paint = { create: style.good, change: style.warn, delete: style.bad, drift: style.warn }[
    action
  ];
  const title = `${paint(signs[action])} ${nouns[kind]} ${style.name(plainText(id))}`;
  const lines = [
    kept === true ? `${title}${style.quiet('  (stays: --prune deletes it)')}` : title,
    ...(action === 'delete' ? [] : fields.map((field) => `    ${presentField(field, action)}`)),
    ...presentDrift(drift),
    ...(note === undefined ? [] : [`    ${style.quiet(plainText(note))}`]),
    ...(problem === undefined ? [] : [`    ${style.bad('cannot be done:')} ${plainText(problem)}`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function presentField({ path, before, after }: LockFieldChange, action: Shown['action']): string {
  const name = plainText(path);
  if (action === 'create') return `${name}: ${value(after)}`;
  return `${name}: ${value(before)} → ${value(after)}`;
}

const howShown = 10;

function presentDrift(drift: LockChange['drift']): string[] {
  const words = { added: 'listed, not locked', removed: 'locked, not listed', changed: 'differs' };
  const lines = drift
    .slice(0, howShown)
    .map(({ kind, name, how }) => `    ! ${kind} ${plainText(name)}: ${words[how]}`);
  if (drift.length > howShown) lines.push(`    ! and ${drift.length - howShown} more`);
  return lines;
}

function value(given: unknown): string {
  if (given === undefined) return '(none)';
  const text = plainText(JSON.stringify(given));
  return text.length > maxValueLength ? `${text.slice(0, maxValueLength)}…` : text;
}

/** `1 to create, 2 to change`; kept ones are not counted. */
export function countChanges(changes: readonly Shown[]): string {
  const words = { create: 'to create', change: 'to change', delete: 'to delete', drift: 'drifted' };
  const counts = Map.groupBy(
    changes.filter(({ kept }) => kept !== true),
    ({ action }) => action,
  );
  return [...counts].map(([action, each]) => `${each.length} ${words[action]}`).join(', ');
}
