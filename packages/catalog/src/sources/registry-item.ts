import type { FoundEntry } from './check-entry.ts';
import { fromFirstForm } from './first-form.ts';
import { isObject, textOf } from './plain-data.ts';
import type { EntryStatus } from './source-reader.ts';

/** Where the registry's own words lie. */
export const registryMetaKey = 'io.modelcontextprotocol.registry/official';

/**
 * One item of a registry's list: of API v0.1 (`{server, _meta}`), of those before (`server.json` with
 * the registry's words in its `_meta`), or of the very first (names with underscores).
 */
export function foundInRegistry(item: unknown): FoundEntry {
  if (!isObject(item)) return { server: item };
  if (isObject(item.version_detail)) return fromFirstForm(item);
  const wrapped = isObject(item.server);
  if (wrapped && isObject(item.server) && isObject(item.server.version_detail)) {
    return fromFirstForm(item.server);
  }
  const server = wrapped ? item.server : withoutRegistryMeta(item);
  const meta = isObject(item._meta) ? item._meta : {};
  const official = isObject(meta[registryMetaKey]) ? meta[registryMetaKey] : {};
  const statusMessage = textOf(official.statusMessage);
  const publishedAt = textOf(official.publishedAt);
  const updatedAt = textOf(official.updatedAt) ?? textOf(official.statusChangedAt) ?? publishedAt;
  return {
    server,
    registryMeta: wrapped ? item._meta : { [registryMetaKey]: official },
    status: statusOf(official.status ?? item.status),
    isLatest: official.isLatest === true,
    ...(statusMessage !== undefined && { statusMessage }),
    ...(publishedAt !== undefined && { publishedAt }),
    ...(updatedAt !== undefined && { updatedAt }),
  };
}

function statusOf(status: unknown): EntryStatus {
  return status === 'deleted' || status === 'deprecated' ? status : 'active';
}

function withoutRegistryMeta(item: Readonly<Record<string, unknown>>): unknown {
  const { status: _, ...server } = item;
  if (!isObject(item._meta)) return server;
  const { [registryMetaKey]: __, ...others } = item._meta;
  return { ...server, _meta: others };
}
