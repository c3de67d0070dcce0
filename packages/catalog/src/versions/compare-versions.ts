import semver from 'semver';

/** A version that can be had, with what is known of it. */
export interface KnownVersion {
  readonly version: string;
  /** ISO 8601. */
  readonly publishedAt?: string | undefined;
  readonly deprecated?: string | undefined;
  /** The Node versions that it accepts, in its own words, when the Node of here is none. */
  readonly unfitEngine?: string | undefined;
}

/** The semver in a version, minding a leading `v`; calendar versions such as 2024.11 count as one. */
export function readVersion(version: string): semver.SemVer | undefined {
  const exact = semver.parse(version, { loose: true });
  if (exact) return exact;
  const calendar = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-.+]([\w.-]+))?$/.exec(version);
  if (!calendar) return undefined;
  const [, major, minor, patch = '0', rest] = calendar;
  const numbers = [major, minor, patch].map((part) => Number(part));
  const text = `${numbers.join('.')}${rest === undefined ? '' : `-${rest}`}`;
  return semver.parse(text) ?? undefined;
}

/**
 * Ascending: by semver where both are, else by when they were published, else as they are listed
 * (which it tells by 0).
 */
export function compareVersions(a: KnownVersion, b: KnownVersion): number {
  const [first, second] = [readVersion(a.version), readVersion(b.version)];
  if (first && second) return first.compare(second) || first.compareBuild(second);
  if (a.publishedAt === undefined || b.publishedAt === undefined) return 0;
  return Date.parse(a.publishedAt) - Date.parse(b.publishedAt);
}

/** Whether a version is announced as not finished. */
export function isPrerelease(version: string): boolean {
  return (readVersion(version)?.prerelease.length ?? 0) > 0;
}

/** How far one version is from another. */
export function stepBetween(from: string, to: string): 'major' | 'minor' | 'patch' | 'other' {
  const [a, b] = [readVersion(from), readVersion(to)];
  if (!a || !b) return 'other';
  if (a.major !== b.major) return 'major';
  // Before 1.0.0 the second number says what the first does after it.
  if (a.minor !== b.minor) return a.major === 0 ? 'major' : 'minor';
  if (a.patch === b.patch) return 'other';
  return a.major === 0 && a.minor === 0 ? 'major' : 'patch';
}
