import { defaultTarget, findBundled, type LaunchTarget, type ServerJson } from '@plugboard/catalog';
import { AppError } from '@plugboard/contracts';

import type { TenantDb } from '../../tenant-db.ts';
import { findEntry, type FoundEntry } from './find-entry.ts';
import type { RequestedServer } from './requested-server.ts';

/** A server that was asked for, and where in the catalog it was found. */
export interface ResolvedServer {
  readonly server: RequestedServer;
  /** Undefined for one that was named outright. */
  readonly found: FoundEntry | undefined;
}

/**
 * Finds what a request's `server` names: an id of the catalog, a name as in server.json, either with
 * `@version`; an npm package with an optional version; a URL; `bundle:<sha256>`. Throws `AppError`:
 * `invalid_input` for what is none of these, `not_found` for a name that no source has.
 */
export async function resolveServer(
  db: TenantDb,
  text: string,
  { allowPrivateNetwork }: { readonly allowPrivateNetwork?: boolean | undefined } = {},
): Promise<ResolvedServer> {
  if (text.startsWith('bundle:')) return outright(bundleServer(text.slice('bundle:'.length)));
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    const url = checkRemoteUrl(text, allowPrivateNetwork === true);
    return outright({
      kind: 'remote',
      name: url.host,
      url: url.href,
      entry: undefined,
      target: { kind: 'remote', index: 0 },
    });
  }
  const { name, version } = splitVersion(text);
  const bundled = findBundled(name);
  const isCatalogName = /^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/.test(name);
  if (!bundled && !isCatalogName) return outright(npmServer(text));

  const known = bundled?.server.name ?? name;
  const found = await findEntry(db, known, version);
  if (found) return { server: serverOfEntry(found.entry), found };
  const latest = version === undefined ? undefined : await findEntry(db, known, undefined);
  const other = latest && version !== undefined && atVersion(latest.entry, version);
  if (other) return { server: other, found: latest };
  throw new AppError(
    'not_found',
    latest && version !== undefined
      ? `The catalog has no version ${version} of ${known}; it has ${latest.entry.version}. Choose that one, or see: plugboard catalog versions ${known}`
      : `The catalog has no server "${name}". Search it with: plugboard catalog search; an npm package in a scope is written @scope/name.`,
  );
}

/**
 * How Plugboard would run an entry: its npm package, else its bundle, else its remote. Throws
 * `AppError('invalid_input')` for an entry whose identifiers are not what they should be.
 */
export function serverOfEntry(
  entry: ServerJson,
  target: LaunchTarget | undefined = defaultTarget(entry),
): RequestedServer {
  const { name } = entry;
  const remote = target?.kind === 'remote' ? entry.remotes?.[target.index] : undefined;
  if (remote) return { kind: 'remote', name, url: remote.url, entry, target };
  const listed = target?.kind === 'package' ? entry.packages?.[target.index] : undefined;
  if (listed?.registryType === 'mcpb') {
    return { kind: 'bundle', name, sha256: listed.fileSha256 ?? '', entry, target };
  }
  if (listed?.registryType === 'npm') {
    const version = plainVersion(listed.version ?? entry.version, name);
    return {
      kind: 'package',
      name,
      packageSpec: `${plainIdentifier(listed.identifier, name)}@${version}`,
      sha256: listed.fileSha256,
      registryBaseUrl: listed.registryBaseUrl,
      entry,
      target,
    };
  }
  const types = (entry.packages ?? []).map(({ registryType }) => registryType);
  const registryTypes = [...new Set(types)];
  return { kind: 'undrivable', name, registryTypes, entry, target: undefined };
}

/** Throws `AppError('invalid_input')` for what is no address of a remote server. */
export function checkRemoteUrl(text: string, allowPrivateNetwork: boolean): URL {
  const url = URL.parse(text);
  const secure = url?.protocol === 'https:';
  if (!url || (!secure && url.protocol !== 'http:')) {
    throw new AppError('invalid_input', 'server: a remote server needs an https URL.');
  }
  if (!secure && !allowPrivateNetwork) {
    throw new AppError(
      'invalid_input',
      'server: a remote server needs an https URL; http is for private networks, with allowPrivateNetwork.',
    );
  }
  if (url.username || url.password) {
    throw new AppError(
      'invalid_input',
      'server: the URL must hold no user or password. Put an Authorization header into secrets, which are sealed.',
    );
  }
  url.hash = '';
  return url;
}

function outright(server: RequestedServer): ResolvedServer {
  return { server, found: undefined };
}

function npmServer(packageSpec: string): RequestedServer {
  return { kind: 'package', name: undefined, packageSpec, entry: undefined, target: undefined };
}

function bundleServer(digest: string): RequestedServer {
  const sha256 = digest.toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw new AppError(
      'invalid_input',
      'server: "bundle:" takes the SHA-256 of an uploaded bundle, 64 hexadecimal digits.',
    );
  }
  return { kind: 'bundle', name: undefined, sha256, entry: undefined, target: undefined };
}

/** An entry's npm package in another version, range or tag, which its registry may well have. */
function atVersion(entry: ServerJson, version: string): RequestedServer | undefined {
  const server = serverOfEntry(entry);
  if (server.kind !== 'package') return undefined;
  const { packageSpec, sha256: _sha256, ...rest } = server;
  return { ...rest, packageSpec: `${splitVersion(packageSpec).name}@${version}` };
}

/** An identifier that is a name and nothing else: no alias, path, URL or version. */
function plainIdentifier(identifier: string, name: string): string {
  if (/^(?:@[a-z0-9~][a-z0-9-._~]*\/)?[a-z0-9~][a-z0-9-._~]*$/i.test(identifier)) {
    return identifier;
  }
  throw new AppError(
    'invalid_input',
    `The entry of ${name} cannot be installed: its npm identifier is not the name of a package.`,
  );
}

/** A tag or a range would be another package tomorrow than the one that was shown. */
function plainVersion(version: string, name: string): string {
  if (/^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/.test(version)) return version;
  throw new AppError(
    'invalid_input',
    `The entry of ${name} cannot be installed: "${version.slice(0, 40)}" is no exact version of an npm package.`,
  );
}

/** Splits `name@version`, minding the scope's own `@`. */
function splitVersion(spec: string): { name: string; version: string | undefined } {
  const at = spec.indexOf('@', 1);
  if (at < 0) return { name: spec, version: undefined };
  return { name: spec.slice(0, at), version: spec.slice(at + 1) };
}
