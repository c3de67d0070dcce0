import { stat } from 'node:fs/promises';

import { isAppError } from '@plugboard/contracts';
import type { BundleView } from '@plugboard/contracts/api';
import { type BundleFacts, describeBundle, readBundle } from '@plugboard/runtime/bundle';

/** What a bundle's file says of itself. Throws as `readBundle` does. */
export async function presentBundle(
  file: string,
  { sha256, facts }: { readonly sha256?: string; readonly facts?: BundleFacts },
): Promise<BundleView> {
  const known = facts ?? (await readBundle(file, { sha256 }));
  const { manifest } = known;
  const { mtime } = await stat(file);
  return {
    sha256: known.sha256,
    bytes: known.packedBytes,
    name: manifest.name,
    version: manifest.version,
    ...(manifest.display_name !== undefined && { title: manifest.display_name }),
    description: manifest.description,
    author: manifest.author.name,
    ...(manifest.license !== undefined && { license: manifest.license }),
    type: manifest.server.type,
    ...faultsOf(known),
    uploadedAt: mtime.toISOString(),
  };
}

function faultsOf({ manifest, sha256 }: BundleFacts): Pick<BundleView, 'fault' | 'problems'> {
  try {
    const { problems } = describeBundle(manifest, { identifier: `${sha256}.mcpb`, sha256 });
    return { problems: [...problems] };
  } catch (error) {
    if (isAppError(error)) return { fault: error.message, problems: [] };
    throw error;
  }
}
