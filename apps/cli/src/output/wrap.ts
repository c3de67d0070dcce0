import { stripVTControlCharacters } from 'node:util';

const leastWidth = 20;

/**
 * Breaks a line between words so that none is wider than `width` where that can be; a word that is
 * wider stays whole. Lines that fit stay as they are. Without a width nothing is broken.
 */
export function wrap(line: string, width: number | undefined): string[] {
  const widest = width === undefined ? Infinity : Math.max(leastWidth, width);
  if (widthOf(line) <= widest) return [line];
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(/ +/)) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (current !== '' && widthOf(longer) > widest) {
      lines.push(current);
      current = word;
    } else current = longer;
  }
  return [...lines, current];
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}
