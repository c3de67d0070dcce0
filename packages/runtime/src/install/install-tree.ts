import { chmod } from 'node:fs/promises';

import { Arborist } from '@npmcli/arborist';

import { InstallError } from './failures.ts';
import type { InstallProgress, PlannedPackage } from './messages.ts';
import type { RegistryOptions } from './registry-options.ts';
import type { ResolvedPackage } from './resolve-package.ts';
import { clearSpecialBits } from './special-bits.ts';
import { refuseTooLarge, watchSize } from './tree-limits.ts';

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
): Promise<{ packages: readonly PlannedPackage[]; scripts: readonly string[] }> {
  // Whether it suits the Node that there is, a plan tells beside all else.
  const how = { preferOffline: true, engineStrict: false };
  const arborist = new Arborist({ ...options, path: folder, ...how });
  const ideal = await arborist.buildIdealTree({ add: [`${name}@${version}`] });
  const packages = packagesOf(ideal);
  refuseTooLarge(packages);
  const own = packages.filter((each) => each.name === name && each.version === version);
  const others = packages.filter((each) => !own.includes(each));
  const inOrder = others.toSorted(
    (a, b) => compare(a.name, b.name) || compare(a.version, b.version),
  );
  return { packages: [...own, ...inOrder], scripts: describe(ideal).scripts };
}

function packagesOf({ inventory }: Tree): PlannedPackage[] {
  return [...inventory.values()]
    .filter((node) => !node.isRoot)
    .map((node) => {
      const manifest: Manifest = node.package;
      return {
        name: node.name,
        version: node.version,
        integrity: node.integrity ?? undefined,
        bytes: bytesOf(manifest),
        license: licenseOf(manifest),
        deprecated: typeof manifest.deprecated === 'string' ? manifest.deprecated : undefined,
        hasScripts: node.hasInstallScript,
        nodeEngine: engineOf(manifest),
        optional: node.optional,
      };
    });
}

/** What registries say of a version, none of it sure to be there or to be what it should. */
interface Manifest {
  readonly dist?: unknown;
  readonly license?: unknown;
  readonly licenses?: unknown;
  readonly deprecated?: unknown;
  readonly engines?: unknown;
}

function bytesOf({ dist }: Manifest): number | undefined {
  const bytes = isRecord(dist) ? dist['unpackedSize'] : undefined;
  return typeof bytes === 'number' && Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : undefined;
}

/** Old packages wrote an object, or a list of them. */
function licenseOf({ license, licenses }: Manifest): string | undefined {
  const stated = license ?? (Array.isArray(licenses) ? licenses : undefined);
  if (typeof stated === 'string') return stated.slice(0, 200) || undefined;
  if (isRecord(stated) && typeof stated['type'] === 'string') return stated['type'].slice(0, 200);
  if (!Array.isArray(stated)) return undefined;
  const types = stated.flatMap((each: unknown) =>
    isRecord(each) && typeof each['type'] === 'string' ? [each['type']] : [],
  );
  return types.length > 0 ? types.join(' OR ').slice(0, 200) : undefined;
}

function engineOf({ engines }: Manifest): string | undefined {
  const node = isRecord(engines) ? engines['node'] : undefined;
  return typeof node === 'string' ? node : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
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
  tell: (progress: InstallProgress) => void,
): Promise<InstalledTree> {
  const { name, version, integrity } = wanted;
  tell({ step: 'resolve', message: `Resolving what ${name}@${version} depends on` });
  // Nobody else looks in before it is what it shall be.
  await chmod(folder, 0o700);
  const arborist = new Arborist({ ...options, path: folder, preferOffline: true });
  const add = [`${name}@${version}`];
  const ideal = await arborist.buildIdealTree({ add });
  const packages = packagesOf(ideal);
  refuseTooLarge(packages);
  // Optional ones are for some platforms only.
  const needed = packages.filter(({ optional }) => !optional);
  using _watch = watchUnpacking(needed, tell);
  await using size = watchSize(folder);
  const tree = await size.orTooLarge(arborist.reify({ add }));
  const own = tree.children.get(name);
  if (own?.version !== version || !covers(own.integrity, integrity)) {
    throw new InstallError({ kind: 'integrity', version });
  }
  await clearSpecialBits(folder);
  await chmod(folder, 0o755);
  tell({ step: 'verify', message: `Verified what was fetched: ${integrity.slice(0, 24)}…` });
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
function watchUnpacking(
  needed: readonly PlannedPackage[],
  tell: (progress: InstallProgress) => void,
): Disposable {
  const sizes = new Map(needed.map((each) => [each.name, each.bytes ?? 0]));
  let done = 0;
  let bytes = 0;
  const report = (): void => {
    const total = Math.max(done, needed.length);
    const progress = { done, total, ...(bytes > 0 && { bytes }) };
    tell({ step: 'fetch', message: `Fetched ${done} of ${total} packages`, progress });
  };
  const onTime = (phase: string, subject: string): void => {
    if (phase !== 'end' || !subject.startsWith('reifyNode:')) return;
    done += 1;
    bytes += sizes.get(subject.slice(subject.lastIndexOf('node_modules/') + 13)) ?? 0;
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
