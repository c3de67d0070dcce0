import { describe, expect, it } from 'vitest';

import { failureLines } from './failures.ts';

const lines = (count: number): string =>
  Array.from({ length: count }, (_, n) => `line ${n}\n`).join('\n');

describe('failureLines', () => {
  it('names what failed, with the beginning of its error', () => {
    const failures = [
      { where: 'a.test.ts > suite > test', error: 'Error: first\n\n  second' },
      { where: 'b.test.ts', error: lines(40) },
    ];
    const found = failureLines('unit', failures);
    expect(found.slice(0, 5)).toEqual([
      '✗ unit: a.test.ts > suite > test',
      '    Error: first',
      '      second',
      '✗ unit: b.test.ts',
      '    line 0',
    ]);
    expect(found).toHaveLength(3 + 1 + 15 + 1);
    expect(found.at(-1)).toBe('    …');
  });

  it('shows less of each error where many failed, and names them all', () => {
    const failures = Array.from({ length: 30 }, (_, n) => ({ where: `t${n}`, error: lines(40) }));
    const found = failureLines('unit', failures);
    expect(found).toHaveLength(30 * 5);
    expect(found.filter((line) => line.startsWith('✗'))).toHaveLength(30);
  });
});
