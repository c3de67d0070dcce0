import type { Command } from './palette-commands.ts';

export interface PaletteGroup {
  readonly value: string;
  readonly items: readonly Command[];
}

/** Servers of the catalog: they come last and are found last. */
export const catalogGroup = 'Servers to add';

/** Commands by group: those first whose name fits best, and groups by their best. What comes late stays last. */
export function ranked(commands: readonly Command[], text: string): readonly PaletteGroup[] {
  const groups = [...Map.groupBy(commands, ({ group }) => group)].map(([value, items]) => ({
    value,
    items: items.toSorted((a, b) => rank(a, text) - rank(b, text)),
  }));
  const best = ({ value, items }: PaletteGroup) =>
    value === catalogGroup || !items[0] ? 9 : rank(items[0], text);
  return groups.toSorted((a, b) => best(a) - best(b));
}

/** How well a name fits: its beginning, that of a word in it, anywhere in it, or only words about it. */
function rank({ label }: Command, text: string): number {
  const name = label.toLowerCase();
  const sought = text.trim().toLowerCase();
  if (name.startsWith(sought)) return 0;
  if (name.split(/[\s._-]+/).some((word) => word.startsWith(sought))) return 1;
  return name.includes(sought) ? 2 : 3;
}

/** Whether a command has all words of a text, in any order and place. */
export function fits(command: Command, text: string): boolean {
  const { label, group, about = '', words = '' } = command;
  const within = `${label} ${group} ${about} ${words}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => within.includes(word));
}
