/** What `server.json` has room for of a description; undefined stays so. */
export function shortened(text: string | undefined, length = 100): string | undefined {
  const line = text?.replaceAll(/\s+/g, ' ').trim();
  if (line === undefined || line.length <= length) return line;
  const cut = line.slice(0, length - 1).toWellFormed();
  const end = cut.lastIndexOf(' ');
  return `${(end > length / 2 ? cut.slice(0, end) : cut).trimEnd().replace(/\ufffd$/, '')}…`;
}
