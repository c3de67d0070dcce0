export { catalogMetaKey, catalogMetaSchema, categories, tiers } from './catalog-meta.ts';
export type { CatalogMeta, Category, Tier } from './catalog-meta.ts';
export { bundledServers, findBundled, starterServers } from './bundled/bundled.ts';
export type { BundledServer } from './bundled/bundled.ts';
export { serverJsonSchema, serverJsonSchemaUrl } from './server-json.ts';
export type { ServerJson, ServerPackage, ServerRemote } from './server-json.ts';
export { readBundled } from './sources/bundled.ts';
export { readDocker, readDockerText } from './sources/docker.ts';
export { placeWithin, readFolder } from './sources/folder.ts';
export { checkOut } from './sources/git-checkout.ts';
export type { Checkout } from './sources/git-checkout.ts';
export { plainMarkdown } from './sources/plain-markdown.ts';
export { readRegistry } from './sources/registry.ts';
export { registryMetaKey } from './sources/registry-item.ts';
export { sourceMetaKey, sourceMetaSchema } from './sources/source-meta.ts';
export type { SourceMeta } from './sources/source-meta.ts';
export { defaultSourceLimits } from './sources/source-reader.ts';
export type {
  Refusal,
  SourceEntry,
  SourceFetch,
  SourceLimits,
  SourcePage,
  SourcePages,
  SourceResponse,
  SourceResume,
} from './sources/source-reader.ts';
export * from './configuration/index.ts';
export * from './search/index.ts';
export * from './interchange/index.ts';
export { defaultLicencePolicy, judgeLicence } from './licences/judge-licence.ts';
export type { LicenceVerdict } from './licences/judge-licence.ts';
export { availableUpdates, newestFirst } from './versions/available-updates.ts';
export type { AvailableUpdates, SkippedVersion } from './versions/available-updates.ts';
export { changelogSections } from './versions/changelog-sections.ts';
export type { ChangelogSection } from './versions/changelog-sections.ts';
export { stepBetween } from './versions/compare-versions.ts';
export type { KnownVersion } from './versions/compare-versions.ts';
