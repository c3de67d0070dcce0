export { bundleLimits } from './archive.ts';
export type { BundleCommand } from './command.ts';
export { fetchBundle } from './fetch-bundle.ts';
export { installBundle, readBundle } from './install-bundle.ts';
export type { BundleFacts, InstalledBundle } from './install-bundle.ts';
export type { BundleManifest } from './manifest.ts';
export { describeBundle } from './describe-bundle.ts';
export { bundleServerJson } from './server-json.ts';
export type { BundleEntry, BundleOrigin } from './server-json.ts';
