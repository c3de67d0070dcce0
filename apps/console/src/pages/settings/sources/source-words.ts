import type { Source, Sync } from '@plugboard/contracts/api';

import { formatNumber, plural } from '../../../ui/format.ts';

export const kindWords: Readonly<Record<Source['kind'], string>> = {
  bundled: 'comes with Plugboard',
  registry: 'MCP registry',
  docker: 'Docker catalog',
  folder: 'folder',
};

export const audienceWords: Readonly<Record<Source['audience'], string>> = {
  admins: 'seen by owners and admins',
  members: 'seen by members',
  public: 'seen by everybody',
};

const hourMs = 3_600_000;

/** How often it is read anew. */
export function everyWords(everyMs: number | null): string {
  if (everyMs === null) return 'read when asked';
  if (everyMs % hourMs !== 0) return `read every ${plural(Math.round(everyMs / 60_000), 'minute')}`;
  const hours = everyMs / hourMs;
  return hours === 1 ? 'read every hour' : `read every ${formatNumber(hours)} hours`;
}

/** What a sync came to, in a line. */
export function countsWords({ counts }: Sync): string {
  const { read, added, changed, removed, refused } = counts;
  const said = [
    `${formatNumber(read)} read`,
    added > 0 && `${formatNumber(added)} new`,
    changed > 0 && `${formatNumber(changed)} changed`,
    removed > 0 && `${formatNumber(removed)} gone`,
    refused > 0 && `${formatNumber(refused)} refused`,
  ];
  return said.filter((each) => each !== false).join(', ');
}
