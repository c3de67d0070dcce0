import { bundleCommand } from './command.ts';
import type { BundleManifest } from './manifest.ts';
import { type BundleEntry, type BundleOrigin, bundleServerJson } from './server-json.ts';

/**
 * A bundle as an entry of the catalog, without installing it. Throws `AppError` for one that could
 * not be run on this machine.
 */
export function describeBundle(manifest: BundleManifest, origin: BundleOrigin): BundleEntry {
  const command = bundleCommand(manifest, {
    platform: process.platform,
    nodeVersion: process.versions.node,
  });
  return bundleServerJson(manifest, command, origin);
}
