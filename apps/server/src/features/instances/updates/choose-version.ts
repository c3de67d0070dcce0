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
      `Nobody tells of versions of ${slug}: it is updated where it comes from.`,
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
