import { AppError } from '@plugboard/contracts';
import type { AddInstanceInput } from '@plugboard/contracts/api';
import { findBundled, type CatalogMeta } from '@plugboard/catalog';

/** What a request to add an instance asks for. */
export type RequestedServer =
  | {
      readonly kind: 'package';
      /** The catalog's name, or the package's. */
      readonly name: string | undefined;
      /** npm package with an optional version or range. */
      readonly packageSpec: string;
      /** What the catalog knows of it; undefined when it is not there. */
      readonly meta: CatalogMeta | undefined;
    }
  | { readonly kind: 'remote'; readonly name: string; readonly url: string };

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
    return { kind: 'package', name: undefined, packageSpec: input.server, meta: undefined };
  }
  const npm = bundled.server.packages?.find(({ registryType }) => registryType === 'npm');
  if (!npm) throw new AppError('invalid_input', `server: "${name}" has no npm package to install.`);
  return {
    kind: 'package',
    name: bundled.server.name,
    packageSpec: `${npm.identifier}@${version ?? npm.version ?? bundled.server.version}`,
    meta: bundled.meta,
  };
}

/** A slug made of the server's name, for requests that give none. */
export function defaultSlug(server: RequestedServer, packageName: string | undefined): string {
  if (server.kind === 'package' && server.meta) return server.meta.id;
  const words = (
    server.kind === 'remote'
      ? new URL(server.url).hostname.split('.').filter((part) => !/^(?:www|api|mcp)$/.test(part))[0]
      : (packageName ?? server.packageSpec).replace(/^@[^/]*\//, '')
  )
    ?.toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && word !== 'mcp' && word !== 'server');
  const slug = (words ?? []).join('-').slice(0, 32).replace(/-+$/, '');
  return /^[a-z]/.test(slug) ? slug : `server${slug === '' ? '' : `-${slug.slice(0, 25)}`}`;
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
  return { kind: 'remote', name: url.host, url: url.href };
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
