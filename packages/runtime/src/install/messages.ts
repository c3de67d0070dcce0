/** What the parent asks of the worker that installs, over the IPC channel. */
export interface WorkerRequest {
  readonly name: string;
  /** Version, range or tag; `''` for the latest. */
  readonly wanted: string;
  readonly serversDir: string;
  readonly cacheDir: string;
  /** Which command of the package to run, where it has several. */
  readonly command: string | undefined;
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
}

/** Why an install failed: a code, and what is known for the message. Never a registry's credential. */
export type InstallFailure =
  | { readonly kind: 'unknown_package' }
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
  | { readonly kind: 'no_integrity'; readonly version: string }
  | { readonly kind: 'changed'; readonly version: string }
  | { readonly kind: 'unreachable'; readonly code: string }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'disk_full' }
  | { readonly kind: 'other'; readonly code: string; readonly detail: string };

export type WorkerMessage =
  | { readonly type: 'progress'; readonly message: string }
  | { readonly type: 'done'; readonly installed: InstalledPackage }
  | { readonly type: 'failed'; readonly failure: InstallFailure };
