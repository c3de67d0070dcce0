export { catalogMetaKey, catalogMetaSchema, categories, tiers } from './catalog-meta.ts';
export type { CatalogMeta, Category, Tier } from './catalog-meta.ts';
export { bundledDigest, bundledServers, findBundled, starterServers } from './bundled/bundled.ts';
export type { BundledServer } from './bundled/bundled.ts';
export { serverJsonSchema, serverJsonSchemaUrl } from './server-json.ts';
export type { ServerJson, ServerPackage, ServerRemote } from './server-json.ts';
export { sourceMetaKey, sourceMetaSchema } from './sources/source-meta.ts';
export type { SourceMeta } from './sources/source-meta.ts';
export * from './configuration/index.ts';
