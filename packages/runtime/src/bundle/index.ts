export { bundleLimits } from './archive.ts';
export type { BundleCommand } from './command.ts';
export { fetchBundle } from './fetch-bundle.ts';
export type { FetchBundleRequest } from './fetch-bundle.ts';
export { installBundle, readBundle } from './install-bundle.ts';
export type { BundleFacts, BundleOptions, InstalledBundle } from './install-bundle.ts';
export type { BundleManifest } from './manifest.ts';
export { bundleServerJson } from './server-json.ts';
export type { BundleEntry, BundleOrigin } from './server-json.ts';
