import { randomUUID } from 'node:crypto';
import { access, mkdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { AppError } from '@plugboard/contracts';
import type { ServerJson, ServerPackage } from '@plugboard/catalog';
import { bundleServerJson, fetchBundle, installBundle } from '@plugboard/runtime/bundle';

import type { AppServices } from '../../app/services.ts';
import { bundleFile, sha256Pattern } from './bundle-files.ts';
import { removeUnusedBundle } from './remove-unused-bundles.ts';

/** A bundle that was uploaded, or one that an entry of the catalog names. */
export type BundleRequest =
  | { readonly kind: 'uploaded'; readonly sha256: string }
  | {
      readonly kind: 'catalog';
      readonly entry: ServerJson;
      /** Which of its packages; of the type mcpb. */
      readonly index: number;
    };

export interface BundleWork {
  readonly signal: AbortSignal;
  readonly tell: (message: string) => void;
  readonly outbound?: BundleOutbound;
}

/** For tests: what may be reached to fetch a bundle, in place of the public internet. */
export type BundleOutbound = Parameters<typeof fetchBundle>[0]['outbound'];

/** A bundle that is in place. */
export interface PreparedBundle {
  readonly sha256: string;
  /** What to install it by: the catalog's entry, or one made of the manifest, with what it asks for. */
  readonly entry: ServerJson;
  readonly target: { readonly kind: 'package'; readonly index: number };
  readonly installDir: string;
  /** The script or binary to run, relative to `installDir`. */
  readonly entryPath: string;
  readonly version: string;
  readonly license: string | undefined;
  /** The manifest's name, as a slug may be made of it. */
  readonly name: string;
  /** What of the manifest could not be carried over; for the person who installs it. */
  readonly problems: readonly string[];
  /** Keeps the bundle; when disposed of, one that was fetched for this is removed if nothing uses it. */
  readonly kept: AsyncDisposable;
}

/**
 * Puts a bundle in place: an uploaded one of this organization, or one fetched by https and checked
 * against the digest that its entry names. Throws `AppError` as `installBundle` and `fetchBundle` do,
 * and `not_found` for a digest that nobody uploaded; what was fetched is removed then.
 */
export async function prepareBundle(
  services: Pick<AppServices, 'db' | 'packageFolders' | 'server'>,
  organizationId: string,
  request: BundleRequest,
  { signal, tell, outbound }: BundleWork,
): Promise<PreparedBundle> {
  const { dataDir } = services.server;
  const listed =
    request.kind === 'catalog' ? listedPackage(request.entry, request.index) : undefined;
  const sha256 = (request.kind === 'catalog' ? listed?.fileSha256 : request.sha256)?.toLowerCase();
  if (sha256 === undefined || !sha256Pattern.test(sha256)) {
    throw new AppError('invalid_input', 'A bundle goes by its SHA-256: 64 hexadecimal digits.');
  }
  const file = bundleFile(dataDir, organizationId, sha256);
  await using kept = new AsyncDisposableStack();
  const hold = await services.packageFolders.hold(file);
  let isFetched = false;
  kept.defer(async () => {
    hold[Symbol.dispose]();
    if (!isFetched) return;
    await services.packageFolders.remove(file, () =>
      removeUnusedBundle(services, organizationId, sha256),
    );
  });
  if (!(await isThere(file))) {
    if (!listed) {
      throw new AppError(
        'not_found',
        `No bundle with the SHA-256 ${sha256} was uploaded. Upload it: plugboard server add ./file.mcpb`,
      );
    }
    tell(`Fetching ${URL.parse(listed.identifier)?.host ?? 'the bundle'}`);
    await fetchTo(file, { url: listed.identifier, sha256, signal, ...(outbound && { outbound }) });
    isFetched = true;
  }
  tell('Unpacking the bundle');
  const installed = await installBundle(file, { dataDir, sha256, signal });
  const { manifest, command, installDir, entry: entryPath } = installed;
  const identifier = listed?.identifier ?? basename(file);
  const made = bundleServerJson(manifest, command, { identifier, sha256 });
  const index = request.kind === 'catalog' ? request.index : 0;
  return {
    sha256,
    entry: request.kind === 'catalog' ? completed(request.entry, index, made.server) : made.server,
    target: { kind: 'package', index },
    installDir,
    entryPath,
    version: manifest.version,
    license: manifest.license,
    name: manifest.name,
    problems: made.problems,
    kept: kept.move(),
  };
}

function listedPackage(entry: ServerJson, index: number): ServerPackage {
  const listed = entry.packages?.[index];
  if (listed?.registryType !== 'mcpb') {
    throw new AppError('invalid_input', `${entry.name} has no bundle to install.`);
  }
  if (URL.parse(listed.identifier)?.protocol !== 'https:') {
    throw new AppError(
      'invalid_input',
      `The bundle of ${entry.name} has no https address to fetch it from.`,
    );
  }
  return listed;
}

async function fetchTo(
  file: string,
  request: Omit<Parameters<typeof fetchBundle>[0], 'target'>,
): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const target = join(dirname(file), `${randomUUID()}.part`);
  await fetchBundle({ ...request, target });
  await rename(target, file);
}

/**
 * The catalog's entry with what the bundle itself says of how it is run: entries of registries name
 * the file and seldom more.
 */
function completed(entry: ServerJson, index: number, made: ServerJson): ServerJson {
  const own = made.packages?.[0];
  const packages = entry.packages?.map((listed, at) => {
    if (at !== index || !own) return listed;
    const variables = new Map((own.environmentVariables ?? []).map((each) => [each.name, each]));
    for (const each of listed.environmentVariables ?? []) {
      // What the bundle fixes is how it finds its own files.
      if (variables.get(each.name)?.value === undefined) variables.set(each.name, each);
    }
    return {
      ...listed,
      packageArguments: own.packageArguments?.length
        ? own.packageArguments
        : (listed.packageArguments ?? []),
      environmentVariables: [...variables.values()],
    };
  });
  return { ...entry, ...(packages && { packages }) };
}

async function isThere(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}
