import { tomlTable } from '@plugboard/contracts';

import { CliError } from '../cli-error.ts';

/**
 * Puts the table `[section.name]` into a TOML configuration, in place of the one that is there. Only
 * lines of that table are touched; a file that writes its servers in another form is refused.
 */
export function setTomlTable(
  text: string,
  section: string,
  name: string,
  entry: Readonly<Record<string, unknown>>,
): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
  const inline = new RegExp(`^\\s*(?:${section}\\s*=|${section}\\.|\\[\\s*${section}\\s*\\])`);
  if (lines.some((line) => inline.test(line)) || text.includes('"""') || text.includes("'''")) {
    throw new CliError('failed', `its ${section} are not written as [${section}.<name>] tables`);
  }
  const own = [tomlTable(section, name, entry)].join(eol).split('\n');
  const begin = lines.findIndex((line) => isHeader(line, section, name));
  if (begin < 0) return [...lines, ...(lines.length > 0 ? [''] : []), ...own, ''].join(eol);
  const length = lines.slice(begin).findIndex((line, index) => {
    return index > 0 && /^\s*\[/.test(line) && !isHeader(line, section, name);
  });
  const end = length < 0 ? lines.length : begin + length;
  // Blank lines and comments before the next table belong to that one.
  let kept = end;
  while (kept > begin + 1 && /^\s*(?:#.*)?$/.test(lines[kept - 1] ?? '')) kept -= 1;
  return [...lines.slice(0, begin), ...own, ...lines.slice(kept), ''].join(eol);
}

/** Whether a line begins the table or one below it. */
function isHeader(line: string, section: string, name: string): boolean {
  const [, key] = /^\s*\[\s*([^\]]+?)\s*\]\s*(?:#.*)?$/.exec(line) ?? [];
  const plain = key?.replaceAll(/["'\s]/g, '');
  return plain === `${section}.${name}` || plain?.startsWith(`${section}.${name}.`) === true;
}
