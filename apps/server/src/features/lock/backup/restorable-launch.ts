import { isAbsolute, normalize, relative } from 'node:path';

import { checkMounts } from '../../instances/prepare/mounts.ts';
import { checkRemoteUrl } from '../../instances/prepare/resolve-server.ts';
import { candidateFromRow } from '../../instances/revisions/stored-candidate.ts';
import type { InstanceRevision } from './backup-content.ts';

/**
 * Whether a revision of a backup may become part of an instance's history, from which it is run, and its
 * folder deleted, as it is. A backup without a passphrase can be written by anybody: its folders must
 * be where servers are installed, and its mounts are refused as those of a person would be.
 */
export async function isRestorable(
  revision: Omit<InstanceRevision, 'secrets'>,
  dataDir: string,
): Promise<boolean> {
  const { idleMs, startTimeoutMs } = revision;
  const row = { ...revision, idle_ms: idleMs, start_timeout_ms: startTimeoutMs };
  try {
    const { launch } = candidateFromRow(row, '', dataDir);
    if (launch.driver === 'remote') {
      checkRemoteUrl(launch.url, launch.allowPrivateNetwork);
      return true;
    }
    const folder = relative(dataDir, launch.installDir);
    const entry = normalize(launch.entry);
    const isInside = /^servers\/[^/.][^/]*\/[^/.][^/]*$/.test(folder);
    if (!isInside || isAbsolute(entry) || entry.startsWith('..')) return false;
    await checkMounts(launch.mounts, dataDir);
    return true;
  } catch {
    // One that says something else than ours do, or a folder that is not on this machine.
    return false;
  }
}
