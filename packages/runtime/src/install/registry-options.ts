import Config from '@npmcli/config';
import npmSettings from '@npmcli/config/lib/definitions/index.js';

/** What npm's engine takes: registry, scopes, credentials, proxy and the like. */
export type RegistryOptions = Readonly<Record<string, unknown>>;

/**
 * npm's own settings for this machine (`.npmrc` of the user and of the system, `NPM_CONFIG_*`), so
 * that private registries work as they do for npm. The cache is Plugboard's.
 */
export async function registryOptions(cacheDir: string): Promise<RegistryOptions> {
  const config = new Config({
    npmPath: import.meta.dirname,
    ...npmSettings,
    argv: [],
    warn: false,
  });
  await config.load();
  const { flat } = config;
  return {
    ...flat,
    ...onlyFromRegistries,
    cache: cacheDir,
    ignoreScripts: true,
    audit: false,
    fund: false,
    omit: ['dev'],
    include: [],
    global: false,
    workspaces: [],
    workspacesEnabled: false,
    packageLock: true,
    packageLockOnly: false,
    dryRun: false,
    save: true,
    saveExact: true,
    // npm tries again for minutes; whoever waits here watches.
    retry: { retries: 2, factor: 2, minTimeout: 500, maxTimeout: 2_000 },
  };
}

/** npm's own registry, which an entry of the catalog may name whatever mirror is configured. */
export const npmOwnRegistry = npmSettings.definitions.registry.default;

/** A dependency from elsewhere has no integrity, and preparing a git one runs its scripts. */
const onlyFromRegistries = {
  allowGit: 'none',
  allowRemote: 'none',
  allowFile: 'none',
  allowDirectory: 'none',
};
