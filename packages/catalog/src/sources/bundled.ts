import { bundledDigest } from '../bundled/bundled-files.ts';
import { bundledServers } from '../bundled/bundled.ts';
import { checkEntry, isTaken } from './check-entry.ts';
import { defaultSourceLimits, type SourcePages } from './source-reader.ts';

/** Reads what ships with Plugboard, unless that is what was read before. */
// oxlint-disable-next-line typescript/require-await -- one of several readers, which wait for others
export async function* readBundled(watermark?: string): SourcePages {
  const digest = bundledDigest();
  if (watermark === digest) return { watermark: digest, listing: 'same' };
  const checked = bundledServers().map(({ server }) =>
    checkEntry({ server, isLatest: true, ours: true }, defaultSourceLimits),
  );
  yield {
    entries: checked.filter(isTaken),
    refusals: checked.flatMap((entry) => (isTaken(entry) ? [] : [entry])),
    resume: undefined,
    total: checked.length,
  };
  return { watermark: digest, listing: 'full' };
}
