import type { Source, Sync } from '@plugboard/contracts/api';

import { plainText } from '../output/plain-text.ts';
import type { Style } from '../output/style.ts';

const refusalsShown = 20;

/** A sync in a few words, for a table. */
export function syncLine(sync: Sync | undefined): string {
  if (sync === undefined) return 'never';
  return `${sync.state} ${(sync.endedAt ?? sync.queuedAt).slice(0, 16).replace('T', ' ')}`;
}

/** What a sync did, with what it refused. */
export function syncReport(
  style: Style,
  source: string,
  { counts, refusals, ...sync }: Sync,
): string {
  const { read, added, changed, removed, unchanged, refused } = counts;
  const lines = [
    `Sync of ${style.name(source)} ${sync.state}: read ${read}, ${added} new, ${changed} changed, ` +
      `${removed} removed, ${unchanged} as before, ${refused} refused.`,
    ...refusals
      .slice(0, refusalsShown)
      .map(({ name, reason }) =>
        style.quiet(`  refused ${plainText(name ?? '(without a name)')}: ${plainText(reason)}`),
      ),
  ];
  if (refused > refusalsShown && refusals.length > 0) {
    lines.push(style.quiet(`  and ${refused - Math.min(refusalsShown, refusals.length)} more`));
  }
  return `${lines.join('\n')}\n`;
}

/** All of a source, line by line. */
export function presentSource(style: Style, source: Source): string {
  const { lastSync, everyMs } = source;
  const lines = [
    `${style.name(source.slug)}  ${plainText(source.title)}`,
    `  kind       ${source.kind}${source.enabled ? '' : ' (off)'}`,
    ...(source.location === undefined ? [] : [`  location   ${plainText(source.location)}`]),
    `  audience   ${source.audience}`,
    `  priority   ${source.priority}`,
    `  every      ${everyMs === null ? 'only when asked' : `${Math.round(everyMs / 60_000)} min`}`,
    `  token      ${source.hasToken ? 'set' : 'none'}`,
    `  servers    ${source.servers}`,
    `  last sync  ${syncLine(lastSync)}`,
    ...(source.resumable ? ['  The last one was interrupted; the next goes on where it was.'] : []),
    ...(lastSync?.error === undefined ? [] : [`  ${plainText(lastSync.error)}`]),
  ];
  const report = lastSync ? syncReport(style, source.slug, lastSync) : '';
  return `${lines.join('\n')}\n${report}`;
}
