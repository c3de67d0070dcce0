import { type LaunchTarget, type ServerJson, storedTarget } from '@plugboard/catalog';

import type { StoredCandidate } from '../instances/revisions/stored-candidate.ts';

/** Which of its entry's ways to run it an instance runs. */
export function targetOf(
  entry: ServerJson,
  { package: record, launch }: Pick<StoredCandidate, 'package' | 'launch'>,
): LaunchTarget | undefined {
  if (launch.driver === 'remote') {
    return storedTarget(entry, { type: 'remote', url: launch.url, transport: launch.transport });
  }
  return record && storedTarget(entry, record);
}
