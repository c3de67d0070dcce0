import { instanceFolders } from '@plugboard/runtime';

import type { Launch } from './launch-row.ts';

const placeholder = '{workDir}';

/**
 * Puts the instance's own folder where a launch says `{workDir}`. Done at each start, so that the
 * data directory can be moved.
 */
export function withWorkFolder(launch: Launch, dataDir: string, instanceId: string): Launch {
  if (launch.driver !== 'process') return launch;
  const { work } = instanceFolders(dataDir, instanceId);
  const fill = (text: string) => text.replaceAll(placeholder, () => work);
  return {
    ...launch,
    args: launch.args.map(fill),
    env: Object.fromEntries(Object.entries(launch.env).map(([name, text]) => [name, fill(text)])),
  };
}
