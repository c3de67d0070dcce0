import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

import type { ChangelogFile } from './published-messages.ts';

/** Bytes of a tarball, unpacked, that are looked through for a changelog. */
export const maxTarball = 100 * 1024 * 1024;
const maxChangelog = 2 * 1024 * 1024;

const block = 512;
/** The file at the top of a package, by any of its usual names. */
const names = /^[^/]+\/((?:change-?log|history|changes|releases)(?:\.(?:md|markdown|txt))?)$/i;

/** Reads the changelog out of an npm tarball, without unpacking it to disk. */
export async function findChangelog(tarball: Buffer): Promise<ChangelogFile | undefined> {
  const bytes = await promisify(gunzip)(tarball, { maxOutputLength: maxTarball }).catch(
    () => undefined,
  );
  if (!bytes) return undefined;
  for (let at = 0; at + block <= bytes.length;) {
    const header = bytes.subarray(at, at + block);
    const size = Number.parseInt(text(header, 124, 12).trim(), 8);
    if (Number.isNaN(size) || size < 0) return undefined;
    const prefix = text(header, 345, 155);
    const path = prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`;
    const kind = text(header, 156, 1);
    const name = names.exec(path)?.[1];
    if (name !== undefined && (kind === '0' || kind === '') && size <= maxChangelog) {
      return { name, text: bytes.toString('utf8', at + block, at + block + size) };
    }
    at += block + Math.ceil(size / block) * block;
  }
  return undefined;
}

function text(header: Buffer, from: number, length: number): string {
  const field = header.toString('utf8', from, from + length);
  const end = field.indexOf('\0');
  return end < 0 ? field : field.slice(0, end);
}
