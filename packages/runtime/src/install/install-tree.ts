import { chmod } from 'node:fs/promises';

import { Arborist } from '@npmcli/arborist';

import { InstallError } from './failures.ts';
import type { RegistryOptions } from './registry-options.ts';
import type { ResolvedPackage } from './resolve-package.ts';
import { clearSpecialBits } from './special-bits.ts';

/** What came to lie in an install folder. */
export interface InstalledTree {
  readonly packages: number;
  /** Packages that have install scripts. */
  readonly scripts: readonly string[];
}

/** What `installTree` would install, without fetching more than descriptions. */
export async function planTree(
  folder: string,
  { name, version }: ResolvedPackage,
  options: RegistryOptions,
): Promise<InstalledTree> {
  const arborist = new Arborist({ ...options, path: folder, preferOffline: true });
  return describe(await arborist.buildIdealTree({ add: [`${name}@${version}`] }));
}

/**
 * Installs a package with what it depends on into an empty folder, each tarball checked against its
 * integrity by npm's engine, no script run and no file left that runs as another user. Throws `InstallError` when the package that came is not
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
  // Nobody else looks in before it is what it shall be.
  await chmod(folder, 0o700);
  const arborist = new Arborist({ ...options, path: folder, preferOffline: true });
  const add = [`${name}@${version}`];
  const ideal = await arborist.buildIdealTree({ add });
  // Optional ones are for some platforms only.
  const needed = [...ideal.inventory.values()].filter((node) => !node.optional && !node.isRoot);
  using _watch = watchUnpacking(needed.length, tell);
  const tree = await arborist.reify({ add });
  const own = tree.children.get(name);
  if (own?.version !== version || !covers(own.integrity, integrity)) {
    throw new InstallError({ kind: 'integrity', version });
  }
  await clearSpecialBits(folder);
  await chmod(folder, 0o755);
  tell('Verified what was fetched');
  return describe(tree);
}

function describe({ inventory }: Tree): InstalledTree {
  const scripts = [...inventory.values()]
    .filter((node) => node.hasInstallScript && !node.isRoot)
    .map((node) => node.name);
  const unique = [...new Set(scripts)];
  return { packages: inventory.size - 1, scripts: unique.sort((a, b) => a.localeCompare(b)) };
}

type Tree = Awaited<ReturnType<InstanceType<typeof Arborist>['reify']>>;

/** npm's engine tells on the process of each package that it has fetched and unpacked. */
function watchUnpacking(total: number, tell: (message: string) => void): Disposable {
  let done = 0;
  const report = (): void => tell(`Fetched ${done} of ${Math.max(done, total)} packages`);
  const onTime = (phase: string, subject: string): void => {
    if (phase !== 'end' || !subject.startsWith('reifyNode:')) return;
    done += 1;
    report();
  };
  report();
  process.on('time', onTime);
  return { [Symbol.dispose]: () => void process.off('time', onTime) };
}

/** Integrities are lists of hashes; the one the registry gave must be among those checked. */
function covers(checked: string | null | undefined, resolved: string): boolean {
  const hashes = (checked ?? '').split(/\s+/);
  return resolved.split(/\s+/).some((hash) => hashes.includes(hash));
}
