import { launchHintsKey, type LaunchHints } from '../launch-hints.ts';
import type { ServerJson } from '../server-json.ts';
import { dbhub } from './dbhub.ts';
import { everything } from './everything.ts';
import { filesystem } from './filesystem.ts';
import { memory } from './memory.ts';
import { playwright } from './playwright.ts';
import { sequentialThinking } from './sequential-thinking.ts';

/** An entry that ships with Plugboard. */
export interface BundledServer {
  /** Complete: our launch hints are in its `_meta` too. */
  readonly server: ServerJson;
  readonly launch: LaunchHints;
}

/** All entries that ship with Plugboard, in the order to show them. */
export const bundledServers: readonly BundledServer[] = [
  everything,
  filesystem,
  memory,
  sequentialThinking,
  dbhub,
  playwright,
].map(({ server, launch }) => ({
  server: { ...server, _meta: { [launchHintsKey]: launch } },
  launch,
}));

/** The servers of the toolbox that the first run makes, by short id. */
export const starterServers: readonly string[] = ['everything', 'filesystem', 'memory'];

/** Finds an entry by its registry name, its package's name, or its short id. */
export function findBundled(name: string): BundledServer | undefined {
  return bundledServers.find(
    ({ server, launch }) =>
      launch.id === name ||
      server.name === name ||
      server.packages?.some((entry) => entry.identifier === name),
  );
}
