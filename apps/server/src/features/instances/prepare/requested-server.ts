import {
  type CatalogMeta,
  type LaunchTarget,
  readCatalogMeta,
  type ServerJson,
} from '@plugboard/catalog';
import { AppError } from '@plugboard/contracts';
import type { AddInstanceInput } from '@plugboard/contracts/api';

/** What of a server's entry is meant; all undefined for a server that was named outright. */
interface FromCatalog {
  /** Plugboard's own facts are in its `_meta` only where they can be trusted. */
  readonly entry: ServerJson | undefined;
  /** Set for a remote also without an entry. */
  readonly target: LaunchTarget | undefined;
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
        /** Subresource integrity that the package must have, where it is known beforehand. */
        readonly integrity?: string | undefined;
        /** SHA-256 that its tarball must have, hexadecimal, where the entry names one. */
        readonly sha256?: string | undefined;
        /** Where the entry says that it comes from. */
        readonly registryBaseUrl?: string | undefined;
      }
    | {
        readonly kind: 'bundle';
        /** The catalog's name; undefined for one that was uploaded. */
        readonly name: string | undefined;
        /** Of the bundle's file, hexadecimal. */
        readonly sha256: string;
      }
    | { readonly kind: 'remote'; readonly name: string; readonly url: string }
    | {
        /** Needs what this Plugboard has no driver for. */
        readonly kind: 'undrivable';
        readonly name: string;
        /** Such as `oci` or `pypi`; empty for an entry that says nothing of how it is run. */
        readonly registryTypes: readonly string[];
      }
  );

/** Plugboard's own facts of a server, where there are any. */
export function factsOf({ entry }: RequestedServer): CatalogMeta | undefined {
  return readCatalogMeta(entry);
}

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

/** Throws `AppError('invalid_input')` naming what a request says that its server has no use for. */
export function refuseMisplaced(
  input: Omit<AddInstanceInput, 'server'>,
  server: RequestedServer,
): void {
  const remote = server.kind === 'remote';
  if (remote) refuseOptions(input, processOptions, 'a remote server, which runs elsewhere');
  else refuseOptions(input, remoteOptions, 'a server that runs here');
  // With an entry, secrets go by configuration keys too.
  if (server.entry || server.kind === 'bundle') return;
  const form = remote ? /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/ : /^[A-Za-z_][A-Za-z0-9_]*$/;
  for (const [name, value] of Object.entries(input.secrets ?? {})) {
    if (!form.test(name)) {
      const what = remote ? 'an HTTP header' : 'an environment variable';
      throw new AppError('invalid_input', `secrets.${name}: must be the name of ${what}.`);
    }
    if (!remote || /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)) continue;
    throw new AppError('invalid_input', `secrets.${name}: a header's value is one line of text.`);
  }
}

/** A slug made of the server's name, for requests that give none. */
export function defaultSlug(server: RequestedServer): string {
  const known = factsOf(server)?.id;
  if (known !== undefined) return known;
  const words = spokenName(server)
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && word !== 'mcp' && word !== 'server');
  const slug = words.join('-').slice(0, 32).replace(/-+$/, '');
  return /^[a-z]/.test(slug) ? slug : `server${slug === '' ? '' : `-${slug.slice(0, 25)}`}`;
}

/** The name in `name@version`, minding the scope's own `@`. */
export function npmName(packageSpec: string): string {
  const at = packageSpec.indexOf('@', 1);
  return at < 0 ? packageSpec : packageSpec.slice(0, at);
}

function spokenName(server: RequestedServer): string {
  if (server.kind === 'remote' && !server.entry) {
    const labels = new URL(server.url).hostname.split('.');
    return labels.find((part) => !/^(?:www|api|mcp)$/.test(part)) ?? '';
  }
  if (server.kind === 'package' && !server.entry) {
    return npmName(server.packageSpec).replace(/^@[^/]*\//, '');
  }
  return server.name?.replace(/^.*\//, '') ?? '';
}

function refuseOptions(
  input: Omit<AddInstanceInput, 'server'>,
  options: readonly Exclude<keyof AddInstanceInput, 'server'>[],
  what: string,
): void {
  const given = options.filter((option) => input[option] !== undefined);
  if (given.length === 0) return;
  throw new AppError('invalid_input', `${given.join(', ')}: does not apply to ${what}.`, {
    details: { fields: given },
  });
}
