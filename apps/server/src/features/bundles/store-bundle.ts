import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';

import { AppError } from '@plugboard/contracts';
import { type BundleView, maxBundleBytes } from '@plugboard/contracts/api';
import { readBundle } from '@plugboard/runtime/bundle';

import type { AppServices } from '../../app/services.ts';
import { type Author, commitChange } from '../change.ts';
import { bundleFile, bundleFolder } from './bundle-files.ts';
import { presentBundle } from './present-bundle.ts';
import { removeUnusedBundles } from './remove-unused-bundles.ts';

type StoreServices = Pick<AppServices, 'db' | 'audit' | 'clock' | 'heard' | 'server'>;

export interface UploadOptions {
  /** What the file must have. */
  readonly sha256?: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Keeps an uploaded bundle, for the organization alone, after all of it was checked; nothing of it is
 * unpacked or run yet. Throws `AppError`: `payload_too_large`, `invalid_input`, `cancelled`.
 *
 * Whoever calls this has checked that the author may run code on this machine.
 */
export async function storeBundle(
  services: StoreServices,
  author: Author,
  body: ReadableStream<Uint8Array> | null,
  { sha256: wanted, signal }: UploadOptions,
): Promise<BundleView> {
  if (!body) throw new AppError('invalid_input', 'Send the bundle as the body of the request.');
  const { dataDir } = services.server;
  const { organizationId } = author;
  await removeUnusedBundles(services, organizationId);
  const folder = bundleFolder(dataDir, organizationId);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `${randomUUID()}.part`);
  try {
    await receive(body, draft, signal);
    const facts = await readBundle(draft, { sha256: wanted, signal });
    const file = bundleFile(dataDir, organizationId, facts.sha256);
    await rename(draft, file);
    const { manifest, sha256, packedBytes } = facts;
    await commitChange(services, author, async () => ({
      result: undefined,
      record: {
        kind: 'bundle.uploaded',
        change: { sha256, bytes: packedBytes, name: manifest.name, version: manifest.version },
      },
      events: [],
    }));
    return await presentBundle(file, { facts });
  } finally {
    await rm(draft, { force: true });
  }
}

async function receive(
  body: ReadableStream<Uint8Array>,
  draft: string,
  signal: AbortSignal,
): Promise<void> {
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      done(bytes > maxBundleBytes ? tooLarge() : null, chunk);
    },
  });
  try {
    const file = createWriteStream(draft, { flags: 'wx', mode: 0o600 });
    await pipeline(Readable.fromWeb(body), measure, file, { signal });
  } catch (error) {
    if (signal.aborted) throw new AppError('cancelled', 'The upload was cancelled.');
    throw error;
  }
}

function tooLarge(): AppError {
  return new AppError('payload_too_large', 'The bundle is larger than the 200 MB accepted.');
}
