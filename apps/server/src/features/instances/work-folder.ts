import { instanceFolders } from '@plugboard/runtime';

import type { Launch } from './launch-row.ts';

/**
 * Puts the instance's own folder where a launch says `{workDir}`, and the package's where it says
 * `{installDir}`. Done at each start, so that the data directory can be moved.
 */
export function withWorkFolder(launch: Launch, dataDir: string, instanceId: string): Launch {
  if (launch.driver !== 'process') return launch;
  const { work } = instanceFolders(dataDir, instanceId);
  const fill = (text: string) =>
    text.replaceAll('{workDir}', () => work).replaceAll('{installDir}', () => launch.installDir);
  return {
    ...launch,
    args: launch.args.map(fill),
    env: Object.fromEntries(Object.entries(launch.env).map(([name, text]) => [name, fill(text)])),
  };
}
