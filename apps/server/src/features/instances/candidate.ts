import type { InstanceSettings } from '@plugboard/contracts/api';
import type { ServerJson } from '@plugboard/catalog';
import type { Secret } from '@plugboard/vault';

import type { Launch } from './launch-row.ts';

/** What is in place of a server that runs here, by which it can be put in place again. */
export type PackageRecord =
  | {
      readonly type: 'npm';
      readonly name: string;
      readonly version: string;
      /** Subresource integrity of the package's tarball. */
      readonly integrity: string;
    }
  | {
      readonly type: 'mcpb';
      /** SHA-256 of the bundle, hexadecimal. */
      readonly sha256: string;
    };

/** What an instance is to be: in place and resolved, but not yet tried. */
export interface Candidate {
  readonly slug: string;
  /** The catalog's name, the package's, or the URL's host. */
  readonly serverName: string;
  readonly version: string;
  /** The `server.json` that it comes from; undefined when it was named by package or URL alone. */
  readonly entry: ServerJson | undefined;
  /** What was asked for; what it comes to together with layers and catalog is in `launch`. */
  readonly settings: InstanceSettings;
  readonly package: PackageRecord | undefined;
  /** How to run it; `{workDir}` is not yet filled in. */
  readonly launch: Launch;
  readonly secrets: Readonly<Record<string, Secret>>;
  readonly idleMs: number;
  readonly startTimeoutMs: number;
}
