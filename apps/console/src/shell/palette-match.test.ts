import { Bot } from 'lucide-react';
import { describe, expect, it } from 'vitest';

import type { Command } from './palette-commands.ts';
import { catalogGroup, fits, ranked } from './palette-match.ts';

function command(label: string, group: string, more: Partial<Command> = {}): Command {
  return { id: `${group}:${label}`, label, group, icon: Bot, run: () => undefined, ...more };
}

describe('fits', () => {
  it('wants every word, wherever it stands', () => {
    const one = command('New agent', 'Do', { words: 'create token', about: 'x' });
    expect(fits(one, 'token new')).toBe(true);
    expect(fits(one, 'token old')).toBe(false);
    expect(fits(one, '')).toBe(true);
    expect(fits(one, '.*')).toBe(false);
  });
});

describe('ranked', () => {
  it('has what begins so before what has it somewhere, and the catalog last', () => {
    const groups = ranked(
      [
        command('Home', 'Go to'),
        command('Theme of the system', 'Do'),
        command('Invite a member', 'Do'),
        command('memory', 'Instances'),
        command('Memory', catalogGroup),
      ],
      'me',
    );
    expect(groups.map(({ value }) => value)).toEqual(['Instances', 'Do', 'Go to', catalogGroup]);
    expect(groups[1]?.items[0]?.label).toBe('Invite a member');
  });

  it('keeps the order of pages and actions while nothing is typed', () => {
    const groups = ranked(
      [command('Home', 'Go to'), command('Audit', 'Go to'), command('New agent', 'Do')],
      '',
    );
    expect(groups.flatMap(({ items }) => items).map(({ label }) => label)).toEqual([
      'Home',
      'Audit',
      'New agent',
    ]);
  });
});
