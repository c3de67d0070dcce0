import { stripVTControlCharacters } from 'node:util';

import type { Style } from './style.ts';

const segmenter = new Intl.Segmenter();

/** Aligned columns under dim headings, two spaces apart, without trailing blanks. */
export function table(
  style: Style,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const all = [headings.map((heading) => style.quiet(heading.toUpperCase())), ...rows];
  const widths = headings.map((_, column) =>
    Math.max(...all.map((row) => width(row[column] ?? ''))),
  );
  return all.map((row) => `${alignRow(row, widths)}\n`).join('');
}

function alignRow(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) =>
      column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - width(cell)),
    )
    .join('  ')
    .trimEnd();
}

function width(cell: string): number {
  return [...segmenter.segment(stripVTControlCharacters(cell))].length;
}
