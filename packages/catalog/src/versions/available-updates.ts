import {
  compareVersions,
  isPrerelease,
  type KnownVersion,
  stepBetween,
} from './compare-versions.ts';

/** A version that is passed over, and why. */
export interface SkippedVersion {
  readonly version: string;
  readonly reason: 'prerelease' | 'deprecated' | 'engine';
}

/** What an installed version could become. */
export interface AvailableUpdates {
  /** The newest of each kind of step, where there is one. */
  readonly patch?: KnownVersion;
  readonly minor?: KnownVersion;
  readonly major?: KnownVersion;
  /** The newest that promises to be compatible: within the major version, or 0.x. */
  readonly compatible?: KnownVersion;
  /** The newest of all. */
  readonly newest?: KnownVersion;
  /** Newer ones that are passed over, newest first. */
  readonly skipped: readonly SkippedVersion[];
  /** Why its publisher advises against the installed one. */
  readonly deprecated?: string;
  /** Whether the installed one is no longer to be had. */
  readonly yanked: boolean;
}

const maxSkipped = 20;

/**
 * What is newer than an installed version. Prereleases count only when one is installed; deprecated
 * versions and those for another Node are passed over.
 */
export function availableUpdates(
  current: string,
  versions: readonly KnownVersion[],
): AvailableUpdates {
  const installed = versions.find(({ version }) => version === current);
  const newer = newerThan(current, versions);
  const skipped: SkippedVersion[] = [];
  const fit = newer.filter((each) => {
    const reason = whySkipped(current, each);
    if (reason) skipped.push({ version: each.version, reason });
    return !reason;
  });
  const ofStep = (...steps: readonly string[]) =>
    fit.find(({ version }) => steps.includes(stepBetween(current, version)));
  const [patch, minor, major] = [ofStep('patch'), ofStep('minor'), ofStep('major')];
  const compatible = ofStep('patch', 'minor', 'other');
  const [newest] = fit;
  return {
    ...(patch && { patch }),
    ...(minor && { minor }),
    ...(major && { major }),
    ...(compatible && { compatible }),
    ...(newest && { newest }),
    skipped: skipped.slice(0, maxSkipped),
    ...(installed?.deprecated !== undefined && { deprecated: installed.deprecated }),
    yanked: installed === undefined,
  };
}

/** Newest first. Of versions that are no semver, those listed later are newer. */
export function newestFirst(versions: readonly KnownVersion[]): readonly KnownVersion[] {
  return versions.toReversed().toSorted((a, b) => compareVersions(b, a));
}

function newerThan(current: string, versions: readonly KnownVersion[]): readonly KnownVersion[] {
  const sorted = newestFirst(versions);
  const at = sorted.findIndex(({ version }) => version === current);
  if (at >= 0) return sorted.slice(0, at);
  return sorted.filter((each) => compareVersions(each, { version: current }) > 0);
}

function whySkipped(current: string, each: KnownVersion): SkippedVersion['reason'] | undefined {
  if (isPrerelease(each.version) && !isPrerelease(current)) return 'prerelease';
  if (each.deprecated !== undefined) return 'deprecated';
  return each.unfitEngine === undefined ? undefined : 'engine';
}
