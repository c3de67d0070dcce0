import { catalogMetaKey, type CatalogMeta } from '../catalog-meta.ts';
import type { ServerJson } from '../server-json.ts';
import { readFiles } from './bundled-files.ts';

/** An entry that ships with Plugboard. */
export interface BundledServer {
  /** Complete: our own facts are in its `_meta` too. */
  readonly server: ServerJson;
  readonly meta: CatalogMeta;
}

/** The servers of the toolbox that the first run makes, by short id. */
export const starterServers: readonly string[] = ['everything', 'filesystem', 'memory'];

/** All entries that ship with Plugboard, by id. Read from disk by the first call. */
export function bundledServers(): readonly BundledServer[] {
  return bundled().servers;
}

/**
 * Finds an entry by its short id or an alias of it, its registry name, or the identifier of one of
 * its packages (of an image also without its tag).
 */
export function findBundled(name: string): BundledServer | undefined {
  return bundled().byName.get(name);
}

interface Bundled {
  readonly servers: readonly BundledServer[];
  readonly byName: ReadonlyMap<string, BundledServer>;
}

let read: Bundled | undefined;

function bundled(): Bundled {
  read ??= readBundled();
  return read;
}

function readBundled(): Bundled {
  const servers = readFiles().map(({ text }) => bundledServer(text));
  const byName = new Map(
    servers.flatMap((entry) => namesOf(entry).map((name) => [name, entry] as const)),
  );
  return { servers, byName };
}

function bundledServer(text: string): BundledServer {
  // They are our own files, and a test parses each with both schemas.
  const server: ServerJson & { _meta: Record<typeof catalogMetaKey, CatalogMeta> } =
    JSON.parse(text);
  return { server, meta: server._meta[catalogMetaKey] };
}

function namesOf({ server, meta }: BundledServer): string[] {
  const packages = (server.packages ?? []).flatMap(({ identifier, registryType }) =>
    registryType === 'oci'
      ? [identifier, identifier.replace(/(?:@sha256:[0-9a-f]+|:[\w.-]+)$/, '')]
      : [identifier],
  );
  return [meta.id, ...meta.aliases, server.name, ...packages];
}
