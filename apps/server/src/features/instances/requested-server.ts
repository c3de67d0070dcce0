import { AppError } from '@plugboard/contracts';
import type { AddInstanceInput } from '@plugboard/contracts/api';
import { findBundled, type CatalogMeta, type ServerJson } from '@plugboard/catalog';

/** Which of an entry's ways to run it is meant: an index of its packages or of its remotes. */
export interface EntryTarget {
  readonly kind: 'package' | 'remote';
  readonly index: number;
}

interface FromCatalog {
  /** The entry, whose `_meta` holds Plugboard's own facts only where they can be trusted. */
  readonly entry: ServerJson | undefined;
  readonly target: EntryTarget | undefined;
  /** What the catalog knows of it; undefined when it is not there. */
  readonly meta: CatalogMeta | undefined;
}

/** A server that was asked for, found. */
export type RequestedServer = FromCatalog &
  (
    | {
        readonly kind: 'package';
        /** The catalog's name; undefined for the package's own. */
        readonly name: string | undefined;
        /** npm package with an optional version or range. */
        readonly packageSpec: string;
        /** SHA-256 that the tarball must have, where the entry names one. */
        readonly sha256?: string | undefined;
      }
    | {
        readonly kind: 'bundle';
        readonly name: string | undefined;
        /** Of the bundle's file, hexadecimal. */
        readonly sha256: string;
        /** Where to fetch it; undefined for one that was uploaded. */
        readonly url: string | undefined;
      }
    | { readonly kind: 'remote'; readonly name: string; readonly url: string }
  );

const processOptions = [
  'args',
  'env',
  'network',
  'limits',
  'mounts',
  'approveScripts',
  'command',
] as const;
const remoteOptions = ['transport', 'headers', 'allowPrivateNetwork'] as const;

/** Reads the server of a request. Throws `AppError('invalid_input')` naming the field at fault. */
export function requestedServer(input: AddInstanceInput): RequestedServer {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(input.server)) {
    refuseOptions(input, processOptions, 'a remote server, which runs elsewhere');
    return remoteServer(input);
  }
  refuseOptions(input, remoteOptions, 'a server that runs here');
  refuseNames(input.secrets, /^[A-Za-z_][A-Za-z0-9_]*$/, 'an environment variable');
  const { name, version } = splitVersion(input.server);
  const bundled = findBundled(name);
  if (!bundled) {
    return { kind: 'package', name: undefined, packageSpec: input.server, ...notFromCatalog };
  }
  const npm = bundled.server.packages?.find(({ registryType }) => registryType === 'npm');
  if (!npm) throw new AppError('invalid_input', `server: "${name}" has no npm package to install.`);
  return {
    kind: 'package',
    name: bundled.server.name,
    packageSpec: `${npm.identifier}@${version ?? npm.version ?? bundled.server.version}`,
    entry: bundled.server,
    target: { kind: 'package', index: bundled.server.packages?.indexOf(npm) ?? 0 },
    meta: bundled.meta,
  };
}

const notFromCatalog = { entry: undefined, target: undefined, meta: undefined };

/** A slug made of the server's name, for requests that give none. */
export function defaultSlug(server: RequestedServer): string {
  if (server.meta) return server.meta.id;
  const words = spokenName(server)
    ?.toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && word !== 'mcp' && word !== 'server');
  const slug = (words ?? []).join('-').slice(0, 32).replace(/-+$/, '');
  return /^[a-z]/.test(slug) ? slug : `server${slug === '' ? '' : `-${slug.slice(0, 25)}`}`;
}

function spokenName(server: RequestedServer): string | undefined {
  switch (server.kind) {
    case 'remote':
      return new URL(server.url).hostname
        .split('.')
        .find((part) => !/^(?:www|api|mcp)$/.test(part));
    case 'package':
      return splitVersion(server.packageSpec).name.replace(/^@[^/]*\//, '');
    case 'bundle':
      return server.name?.replace(/^.*\//, '');
  }
}

function remoteServer(input: AddInstanceInput): RequestedServer {
  const url = URL.parse(input.server);
  const secure = url?.protocol === 'https:';
  if (!url || (!secure && url.protocol !== 'http:')) {
    throw new AppError('invalid_input', 'server: a remote server needs an https URL.');
  }
  if (!secure && input.allowPrivateNetwork !== true) {
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
  refuseNames(input.secrets, /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'an HTTP header');
  for (const [name, value] of Object.entries(input.secrets ?? {})) {
    if (/^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)) continue;
    throw new AppError('invalid_input', `secrets.${name}: a header's value is one line of text.`);
  }
  url.hash = '';
  return { kind: 'remote', name: url.host, url: url.href, ...notFromCatalog };
}

/** Splits `name@version`, minding the scope's own `@`. */
function splitVersion(spec: string): { name: string; version: string | undefined } {
  const at = spec.indexOf('@', 1);
  if (at < 0) return { name: spec, version: undefined };
  return { name: spec.slice(0, at), version: spec.slice(at + 1) };
}

function refuseOptions(
  input: AddInstanceInput,
  options: readonly (keyof AddInstanceInput)[],
  what: string,
): void {
  const given = options.filter((option) => input[option] !== undefined);
  if (given.length === 0) return;
  throw new AppError('invalid_input', `${given.join(', ')}: does not apply to ${what}.`, {
    details: { fields: given },
  });
}

function refuseNames(
  secrets: Readonly<Record<string, string>> | undefined,
  form: RegExp,
  what: string,
): void {
  for (const name of Object.keys(secrets ?? {})) {
    if (form.test(name)) continue;
    throw new AppError('invalid_input', `secrets.${name}: must be the name of ${what}.`);
  }
}
