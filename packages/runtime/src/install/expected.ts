import { createHash } from 'node:crypto';

import pacote from 'pacote';

import { InstallError } from './failures.ts';
import type { ExpectedPackage } from './messages.ts';
import { npmOwnRegistry, type RegistryOptions } from './registry-options.ts';
import type { ResolvedPackage } from './resolve-package.ts';

/** Throws `InstallError` when what the registry has is not what is expected of a package. */
export async function refuseUnexpected(
  { name, version, integrity }: ResolvedPackage,
  expected: ExpectedPackage,
  options: RegistryOptions,
): Promise<void> {
  const { registryBaseUrl, sha256 } = expected;
  if (registryBaseUrl !== undefined && !isInUse(registryBaseUrl, name, options)) {
    throw new InstallError({ kind: 'other_registry', named: shown(registryBaseUrl) });
  }
  if (expected.integrity !== undefined && !sharesHash(expected.integrity, integrity)) {
    throw new InstallError({ kind: 'unexpected', what: 'integrity', version });
  }
  if (sha256 === undefined) return;
  const tarball = await pacote.tarball(`${name}@${version}`, { ...options, integrity });
  if (createHash('sha256').update(tarball).digest('hex') === sha256.toLowerCase()) return;
  throw new InstallError({ kind: 'unexpected', what: 'sha256', version });
}

/** Whether npm's settings lead a package to this registry, or it is npm's own, mirrored or not. */
function isInUse(named: string, name: string, options: RegistryOptions): boolean {
  const scope = /^(@[^/]+)\//.exec(name)?.[1];
  const configured = (scope && options[`${scope}:registry`]) ?? options['registry'];
  return [configured, npmOwnRegistry].some((url) => isSameAddress(named, url));
}

function isSameAddress(a: string, b: unknown): boolean {
  const [first, second] = [URL.parse(a), typeof b === 'string' ? URL.parse(b) : null];
  const path = (url: URL) => url.pathname.replace(/\/+$/, '');
  return (
    first !== null &&
    second !== null &&
    first.protocol === second.protocol &&
    first.host === second.host &&
    path(first) === path(second)
  );
}

/** Integrities are lists of hashes: they agree when they share one of the strongest kind. */
function sharesHash(a: string, b: string): boolean {
  const hashes = a.trim().split(/\s+/);
  return b.split(/\s+/).some((hash) => hashes.includes(hash));
}

function shown(url: string): string {
  const parsed = URL.parse(url);
  return parsed ? parsed.origin + parsed.pathname : 'it names';
}
