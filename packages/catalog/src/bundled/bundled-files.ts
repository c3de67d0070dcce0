import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

/** A bundled entry as it lies on disk. */
interface BundledFile {
  readonly file: string;
  readonly text: string;
}

const folder = new URL('../../bundled/', import.meta.url);

/** The files of all bundled entries, always in the same order. */
export function readFiles(): BundledFile[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({ file, text: readFileSync(new URL(file, folder), 'utf8') }));
}

let digest: string | undefined;

/**
 * SHA-256 over all bundled entries, hexadecimal: another one when any of them has changed. Cheap to
 * load and to ask, for every start asks.
 */
export function bundledDigest(): string {
  if (digest !== undefined) return digest;
  const hash = createHash('sha256');
  for (const { file, text } of readFiles()) hash.update(`${file}\0${text}\0`);
  return (digest = hash.digest('hex'));
}
