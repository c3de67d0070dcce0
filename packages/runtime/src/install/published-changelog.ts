import type { ChangelogFile } from './published-messages.ts';
import { readFromTarball } from './read-tarball.ts';

const maxChangelog = 2 * 1024 * 1024;

/** The file at the top of a package, by any of its usual names. */
const names = /^(?:change-?log|history|changes|releases)(?:\.(?:md|markdown|txt))?$/i;

/** Finds the changelog in an npm tarball, without unpacking it to disk. */
export async function findChangelog(
  tarball: AsyncIterable<Uint8Array>,
): Promise<ChangelogFile | undefined> {
  const file = await readFromTarball(tarball, {
    rank: (name, size) => (names.test(name) && size <= maxChangelog ? 0 : undefined),
    maxBytes: maxChangelog,
  });
  return file && { name: file.name, text: file.bytes.toString() };
}
