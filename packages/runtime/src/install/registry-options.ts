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
  return { ...config.flat, cache: cacheDir, ignoreScripts: true, audit: false, fund: false };
}
