import { availableUpdates } from '@plugboard/catalog';
import { AppError } from '@plugboard/contracts';

import type { PresentInstance } from '../revisions/present-instance.ts';
import { findVersions, type VersionServices } from './version-source.ts';

/** The version that was asked for, or else the newest that promises to be compatible. */
export async function chooseTarget(
  services: VersionServices,
  present: PresentInstance,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  const { slug, version: current } = present.row;
  if (wanted === current) {
    throw new AppError('conflict', `${slug} is at ${current} already.`);
  }
  if (wanted !== undefined) return wanted;
  const { from, versions } = await findVersions(services, present, {
    // Who updates sees every source, and may have published a moment ago.
    viewer: 'admin',
    fresh: true,
    signal,
  });
  if (from === 'nobody') {
    throw new AppError(
      'conflict',
      present.stored.package?.type === 'mcpb'
        ? `No source of the catalog lists the bundle that ${slug} runs, so nothing tells of newer ones. Add the newer bundle as a server of its own, or list its versions in a source.`
        : `Nobody tells of versions of ${slug}: it is updated where it runs.`,
    );
  }
  const { compatible, newest } = availableUpdates(current, versions);
  if (compatible) return compatible.version;
  const cure = newest
    ? ` ${newest.version} is newer and may break something; name it to take it.`
    : '';
  throw new AppError(
    'conflict',
    `${slug} is at ${current}, and nothing newer is compatible.${cure}`,
  );
}
