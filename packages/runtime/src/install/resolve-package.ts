import pacote from 'pacote';
import semver from 'semver';

import { chooseBinary } from './choose-binary.ts';
import { InstallError } from './failures.ts';
import type { RegistryOptions } from './registry-options.ts';

/** One exact version of a package, as the registry vouches for it. */
export interface ResolvedPackage {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
  /** The command to run, as a path inside the package. */
  readonly binary: string;
  /** The Node versions that it accepts, in its own words. */
  readonly nodeEngine: string | undefined;
  /** Whether the Node that runs this is one of them. */
  readonly suitsNode: boolean;
  readonly deprecated: string | undefined;
}

/** Finds the exact version for what was asked, and what of it to run. Throws `InstallError`. */
export async function resolvePackage(
  name: string,
  wanted: string,
  command: string | undefined,
  options: RegistryOptions,
): Promise<ResolvedPackage> {
  const spec = wanted === '' ? name : `${name}@${wanted}`;
  const manifest = await pacote.manifest(spec, { ...options, fullMetadata: true });
  const { version } = manifest;
  const integrity = manifest.dist.integrity;
  if (!integrity) throw new InstallError({ kind: 'no_integrity', version });
  const node = manifest.engines?.['node'];
  const suitsNode =
    node === undefined ||
    semver.validRange(node) === null ||
    semver.satisfies(process.version, node, { includePrerelease: true });
  const binary = chooseBinary(name, binariesOf(name, manifest.bin), command);
  if ('failure' in binary) throw new InstallError(binary.failure);
  const { deprecated } = manifest;
  return {
    name,
    version,
    integrity,
    binary: binary.path,
    nodeEngine: node,
    suitsNode,
    deprecated: typeof deprecated === 'string' ? deprecated : undefined,
  };
}

function binariesOf(name: string, bin: unknown): Record<string, string> {
  if (typeof bin === 'string') return { [name.replace(/^@[^/]*\//, '')]: bin };
  if (bin === null || typeof bin !== 'object') return {};
  return Object.fromEntries(Object.entries(bin).filter(([, path]) => typeof path === 'string'));
}
