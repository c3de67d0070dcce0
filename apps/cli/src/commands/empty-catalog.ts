import type { ApiClient, Source } from '@plugboard/contracts/api';

import { plainText } from '../output/plain-text.ts';

/** Why a catalog has nothing at all yet; undefined when it has something, whatever was asked. */
export async function whyEmpty(api: ApiClient): Promise<string | undefined> {
  const { sources } = await api.sources.list();
  if (sources.some(({ servers }) => servers > 0)) return undefined;
  const enabled = sources.filter((source) => source.enabled);
  if (enabled.length === 0) {
    return 'The catalog is empty: none of its sources is enabled. See them: plugboard source list\n';
  }
  const filling = enabled.filter(isFilling);
  if (filling.length > 0) {
    return `The catalog is being filled from ${namesOf(filling)}. Ask again in a moment; see how far it is: plugboard source list\n`;
  }
  const [failed] = enabled.filter(({ lastSync }) => lastSync?.error !== undefined);
  const why =
    failed && ` The last sync of ${failed.slug}: ${plainText(failed.lastSync?.error ?? '')}`;
  return `The catalog is empty: ${namesOf(enabled)} gave no server.${why ?? ''} Try: plugboard source sync ${enabled[0]?.slug}\n`;
}

/** What ships with Plugboard is there moments after its first start. */
function isFilling({ kind, lastSync }: Source): boolean {
  if (lastSync === undefined) return kind === 'bundled';
  return lastSync.state === 'queued' || lastSync.state === 'running';
}

function namesOf(sources: readonly Source[]): string {
  return sources.map(({ slug }) => slug).join(', ');
}
