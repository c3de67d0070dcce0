/** A Markdown table whose columns also line up in a terminal: the first to the left, others right. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) =>
    Math.max(...all.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, n) => pad(cells[n] ?? '', width, n)).join(' | ')} |`;
  const rule = `| ${widths.map((width, n) => '-'.repeat(n === 0 ? width : width - 1) + (n === 0 ? '' : ':')).join(' | ')} |`;
  return [line(header), rule, ...rows.map(line)].join('\n');
}

function pad(text: string, width: number, column: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width);
}
