import type { ResolvedPackage } from './resolve-package.ts';

/** What somebody knows of a package before it is fetched; what differs is refused. */
export interface ExpectedPackage {
  /** Subresource integrity of the tarball. */
  readonly integrity?: string | undefined;
  /** SHA-256 of the tarball, hexadecimal. */
  readonly sha256?: string | undefined;
  /** The registry that it is said to come from: must be the one that npm is configured with, or npm's own. */
  readonly registryBaseUrl?: string | undefined;
}

/** What an install is doing. */
export interface InstallProgress {
  readonly step: 'resolve' | 'fetch' | 'verify';
  /** For a person. */
  readonly message: string;
  /** Packages fetched, and the bytes unpacked of them where the registry tells. */
  readonly progress?: { readonly done: number; readonly total: number; readonly bytes?: number };
}

/** What the parent asks of the worker that installs, over the IPC channel. */
export interface WorkerRequest {
  readonly name: string;
  /** Version, range or tag; `''` for the latest. */
  readonly wanted: string;
  readonly serversDir: string;
  readonly cacheDir: string;
  /** The empty folder to install into, or to plan for. */
  readonly staging: string;
  /** Only finds out what would be installed. */
  readonly planOnly: boolean;
  /** Whether an install whose scripts ran is wanted; it is another one than without. */
  readonly withScripts: boolean;
  /** Which command of the package to run, where it has several. */
  readonly command: string | undefined;
  readonly expected: ExpectedPackage;
}

/** A cache beside a staging folder, for asking the registry itself; removed together with it. */
export function freshCache(staging: string): string {
  return `${staging}-cache`;
}

/** One package of an installation, as its registry describes it. */
export interface PlannedPackage {
  readonly name: string;
  readonly version: string;
  /** Undefined where the registry gives none. */
  readonly integrity: string | undefined;
  /** Unpacked; undefined where the registry does not tell. */
  readonly bytes: number | undefined;
  /** As its publisher wrote it, mostly an SPDX expression; undefined when none is stated. */
  readonly license: string | undefined;
  /** Why its publisher advises against it. */
  readonly deprecated: string | undefined;
  readonly hasScripts: boolean;
  /** The Node versions that it accepts, in its own words. */
  readonly nodeEngine: string | undefined;
  /** Left out where it does not suit the machine. */
  readonly optional: boolean;
}

/** What would be installed for a spec, decided without installing anything. */
export interface InstallPlan {
  readonly name: string;
  /** Exact. */
  readonly version: string;
  /** Subresource integrity of the package's tarball, such as `sha512-…`. */
  readonly integrity: string;
  /** Packages installed with it, itself first. */
  readonly packages: readonly PlannedPackage[];
  /** Packages that ask to run scripts when they are installed. */
  readonly scripts: readonly string[];
  /** What would be run, relative to the folder that holds `node_modules`. */
  readonly entry: string;
  /** Whether it lies installed already, without scripts having run. */
  readonly present: boolean;
  /** Whether the Node that servers run on is one that it accepts. */
  readonly suitsNode: boolean;
  /** The Node versions that the package accepts, in its own words. */
  readonly nodeEngine: string | undefined;
  /** Why its publisher advises against it. */
  readonly deprecated: string | undefined;
  /** Why `install` would refuse it: it differs from what was expected, or from what lies installed. */
  readonly differs: 'integrity' | 'sha256' | 'installed' | undefined;
}

/** A package as it lies installed. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** Subresource integrity of the package's tarball, such as `sha512-…`. */
  readonly integrity: string;
  /** The folder that holds `node_modules`. */
  readonly installDir: string;
  /** The script or binary to run, relative to `installDir`. */
  readonly entry: string;
  /** Packages installed with it, itself included. */
  readonly packages: number;
  readonly bytes: number;
  /** Packages whose install scripts did not run. */
  readonly scriptsSkipped: readonly string[];
  /** The Node versions that the package accepts, in its own words. */
  readonly nodeEngine: string | undefined;
}

/** A package in its staging folder, complete but for its scripts. */
export interface StagedPackage {
  readonly resolved: ResolvedPackage;
  readonly packages: number;
  /** Packages that have install scripts. None ran yet. */
  readonly scripts: readonly string[];
}

/** Why an install failed: a code, and what is known for the message. Never a registry's credential. */
export type InstallFailure =
  | { readonly kind: 'unknown_package' }
  | { readonly kind: 'missing_dependency' }
  | { readonly kind: 'foreign_source' }
  | { readonly kind: 'platform' }
  | {
      readonly kind: 'unknown_version';
      readonly latest: string;
      readonly versions: readonly string[];
    }
  | { readonly kind: 'no_binary' }
  | { readonly kind: 'several_binaries'; readonly commands: readonly string[] }
  | { readonly kind: 'unknown_binary'; readonly commands: readonly string[] }
  | {
      readonly kind: 'engine';
      readonly version: string;
      readonly wanted: string;
      readonly node: string;
    }
  | { readonly kind: 'integrity'; readonly version: string }
  | { readonly kind: 'unexpected'; readonly what: 'integrity' | 'sha256'; readonly version: string }
  | { readonly kind: 'other_registry'; readonly named: string }
  | { readonly kind: 'too_large'; readonly what: string }
  | { readonly kind: 'no_integrity'; readonly version: string }
  | { readonly kind: 'changed'; readonly version: string }
  | {
      readonly kind: 'unreachable';
      readonly code: string;
      /** Versions that lie installed. */
      readonly installed: readonly string[];
    }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'disk_full' }
  | { readonly kind: 'other'; readonly code: string; readonly detail: string };

export type WorkerMessage =
  | { readonly type: 'progress'; readonly progress: InstallProgress }
  | { readonly type: 'planned'; readonly plan: InstallPlan }
  | { readonly type: 'present'; readonly installed: InstalledPackage }
  | { readonly type: 'staged'; readonly staged: StagedPackage }
  | { readonly type: 'failed'; readonly failure: InstallFailure };
