import { Arborist } from '@npmcli/arborist';

import { InstallError } from './failures.ts';
import type { RegistryOptions } from './registry-options.ts';
import type { ResolvedPackage } from './resolve-package.ts';

/** What came to lie in an install folder. */
export interface InstalledTree {
  readonly packages: number;
  readonly scriptsSkipped: readonly string[];
}

/**
 * Installs a package with what it depends on into an empty folder, each tarball checked against its
 * integrity by npm's engine, no script run. Throws `InstallError` when the package that came is not
 * the one that was resolved.
 */
export async function installTree(
  folder: string,
  wanted: ResolvedPackage,
  options: RegistryOptions,
  tell: (message: string) => void,
): Promise<InstalledTree> {
  const { name, version, integrity } = wanted;
  tell(`Resolving what ${name}@${version} depends on`);
  const arborist = new Arborist({ ...options, path: folder, preferOffline: true });
  const add = [`${name}@${version}`];
  const ideal = await arborist.buildIdealTree({ add });
  const count = ideal.inventory.size - 1;
  tell(`Fetching ${count} ${count === 1 ? 'package' : 'packages'}`);
  const tree = await arborist.reify({ add });
  const own = tree.children.get(name);
  if (own?.version !== version || !covers(own.integrity, integrity)) {
    throw new InstallError({ kind: 'integrity', version });
  }
  const scriptsSkipped = [...tree.inventory.values()]
    .filter((node) => node.hasInstallScript)
    .map((node) => node.name)
    .sort();
  return { packages: tree.inventory.size - 1, scriptsSkipped: [...new Set(scriptsSkipped)] };
}

/** Integrities are lists of hashes; the one the registry gave must be among those checked. */
function covers(checked: string | null | undefined, resolved: string): boolean {
  const hashes = (checked ?? '').split(/\s+/);
  return resolved.split(/\s+/).some((hash) => hashes.includes(hash));
}
