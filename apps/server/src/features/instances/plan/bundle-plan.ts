import type { LaunchTarget, ServerJson } from '@plugboard/catalog';
import { AppError } from '@plugboard/contracts';
import { describeBundle as describe, readBundle } from '@plugboard/runtime/bundle';

import type { AppServices } from '../../../app/services.ts';
import { bundleFile } from '../../bundles/bundle-files.ts';
import type { RequestedServer } from '../prepare/requested-server.ts';

/** A bundle before it is unpacked. */
export interface PlannedBundle {
  readonly name: string;
  readonly version: string;
  readonly license: string | undefined;
  readonly sha256: string;
  /** Where it is fetched from; undefined for one that lies here. */
  readonly url: string | undefined;
  /** Unpacked, in bytes; undefined for one that must be fetched first. */
  readonly bytes: number | undefined;
  readonly entry: ServerJson;
  readonly target: LaunchTarget;
  /** What is run, within what is unpacked; undefined for one that must be fetched first. */
  readonly path: string | undefined;
}

/** Reads an uploaded bundle; of one that the catalog names, what its entry says. */
export async function describeBundle(
  { server }: Pick<AppServices, 'server'>,
  organizationId: string,
  { sha256, entry, target }: Extract<RequestedServer, { kind: 'bundle' }>,
): Promise<PlannedBundle> {
  if (entry && target) {
    const url = entry.packages?.[target.index]?.identifier;
    const { name, version } = entry;
    const unknown = { license: undefined, bytes: undefined, path: undefined };
    return { name, version, sha256, url, entry, target, ...unknown };
  }
  const file = bundleFile(server.dataDir, organizationId, sha256);
  const facts = await readBundle(file, { sha256 }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    throw new AppError(
      'not_found',
      `No bundle with the SHA-256 ${sha256} was uploaded. Upload it: plugboard server add ./file.mcpb`,
    );
  });
  const { manifest, unpackedBytes } = facts;
  const made = describe(manifest, { identifier: `${sha256}.mcpb`, sha256 });
  return {
    name: manifest.name,
    version: manifest.version,
    license: manifest.license,
    sha256,
    url: undefined,
    bytes: unpackedBytes,
    entry: made.server,
    target: { kind: 'package', index: 0 },
    path: manifest.server.entry_point,
  };
}
