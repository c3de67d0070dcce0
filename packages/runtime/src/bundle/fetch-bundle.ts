import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { AppError, isAppError } from '@plugboard/contracts';
import { request } from 'undici';

import { createOutbound, type OutboundOptions } from '../outbound/outbound.ts';
import { bundleLimits } from './archive.ts';

export interface FetchBundleRequest {
  readonly url: string;
  /** What the file must have; 64 hexadecimal digits. */
  readonly sha256: string;
  /** Where to write it; nothing is there when this fails. */
  readonly target: string;
  readonly signal: AbortSignal;
  /** For tests: where names lead, and whether the address may be private. */
  readonly outbound?: OutboundOptions;
}

const maxRedirects = 5;

/**
 * Fetches a bundle by https from the public internet and checks it against its digest. Throws
 * `AppError`: `forbidden` for an address that is not public, `install_failed` saying why it could not
 * be had, `payload_too_large`, `cancelled`.
 */
export async function fetchBundle(options: FetchBundleRequest): Promise<void> {
  const { target, signal } = options;
  try {
    await download(options);
  } catch (error) {
    await rm(target, { force: true });
    if (signal.aborted) throw new AppError('cancelled', 'Fetching the bundle was cancelled.');
    throw appErrorIn(error) ?? unreachable(options.url, error);
  }
}

async function download({ url, sha256, target, signal, outbound }: FetchBundleRequest) {
  const dispatcher = createOutbound(outbound ?? { allowPrivateNetwork: false });
  try {
    let address = url;
    for (let hop = 0; hop <= maxRedirects; hop += 1) {
      const { statusCode, headers, body } = await request(address, { dispatcher, signal });
      const location = headers.location;
      if (statusCode >= 300 && statusCode < 400 && typeof location === 'string') {
        await body.dump();
        address = new URL(location, address).href;
        continue;
      }
      if (statusCode !== 200) {
        await body.dump();
        throw new AppError(
          'install_failed',
          `The bundle cannot be fetched: ${new URL(address).host} answered with status ${statusCode}.`,
        );
      }
      const hash = createHash('sha256');
      let bytes = 0;
      const measure = new Transform({
        transform(chunk: Buffer, _, done) {
          bytes += chunk.length;
          hash.update(chunk);
          done(bytes > bundleLimits.packed ? tooLarge() : null, chunk);
        },
      });
      await pipeline(body, measure, createWriteStream(target, { flags: 'wx', mode: 0o600 }));
      const found = hash.digest('hex');
      if (found === sha256.toLowerCase()) return;
      throw new AppError(
        'install_failed',
        `The bundle at ${new URL(address).host} is not the one that the catalog names: its SHA-256 is ${found}, and not ${sha256}.`,
      );
    }
    throw new AppError('install_failed', 'The bundle cannot be fetched: too many redirects.');
  } finally {
    await dispatcher.destroy();
  }
}

function tooLarge(): AppError {
  return new AppError('payload_too_large', 'The bundle is larger than the 200 MB accepted.');
}

/** The connector's refusal arrives wrapped. */
function appErrorIn(error: unknown): AppError | undefined {
  if (isAppError(error)) return error;
  return error instanceof Error && error.cause !== undefined ? appErrorIn(error.cause) : undefined;
}

function unreachable(url: string, cause: unknown): AppError {
  const host = URL.parse(url)?.host ?? 'its address';
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new AppError('install_failed', `The bundle cannot be fetched from ${host}${code}.`, {
    cause,
  });
}
