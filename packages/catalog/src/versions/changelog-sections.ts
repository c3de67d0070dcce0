import { compareVersions, readVersion } from './compare-versions.ts';

/** What a changelog says of one version. */
export interface ChangelogSection {
  readonly version: string;
  /** Markdown as it was written, without its heading. */
  readonly text: string;
}

const atx = /^#{1,4}\s+(.*?)\s*#*\s*$/;
const underline = /^(?:-{3,}|={3,})\s*$/;
/** A version at the beginning of a heading: `1.2.3`, `[1.2.3] - 2024-01-02`, `v1.2.3`, `name@1.2.3`. */
const versionInHeading =
  /^(?:version\s+|release\s+)?(?:@?[\w./-]+@)?\[?v?(\d+\.\d+(?:\.\d+)?(?:[-+.][\w.+-]*\w)?)\]?(?=$|[\s:(\],])/i;

const maxSections = 100;
const maxText = 20_000;

/** The sections of versions after `from` up to `to`, newest first. Code blocks hold no headings. */
export function changelogSections(
  markdown: string,
  from: string,
  to: string,
): readonly ChangelogSection[] {
  const sections = readSections(markdown).filter(
    ({ version }) =>
      readVersion(version) !== undefined &&
      compareVersions({ version }, { version: from }) > 0 &&
      compareVersions({ version }, { version: to }) <= 0,
  );
  return sections.toSorted((a, b) => compareVersions(b, a)).slice(0, maxSections);
}

function readSections(markdown: string): ChangelogSection[] {
  const sections: { version: string; lines: string[] }[] = [];
  let fenced = false;
  const lines = markdown.split(/\r?\n/);
  for (const [at, line] of lines.entries()) {
    if (/^\s*(?:```|~~~)/.test(line)) fenced = !fenced;
    const version = fenced ? undefined : headingOf(line, lines[at + 1] ?? '');
    if (version !== undefined) sections.push({ version, lines: [] });
    else sections.at(-1)?.lines.push(line);
  }
  return sections.map(({ version, lines: text }) => ({
    version,
    text: text
      .filter((line, at) => at > 0 || !underline.test(line))
      .join('\n')
      .trim()
      .slice(0, maxText),
  }));
}

function headingOf(line: string, next: string): string | undefined {
  if (line.length > 300) return undefined;
  const title = atx.exec(line)?.[1] ?? (underline.test(next) ? line.trim() : undefined);
  return title === undefined ? undefined : versionInHeading.exec(title)?.[1];
}
