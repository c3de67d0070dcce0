import type { InstallFailure } from './messages.ts';

/** A version of a package as its registry has it. */
export interface PublishedVersion {
  readonly version: string;
  /** ISO 8601; undefined where the registry does not tell. */
  readonly publishedAt: string | undefined;
  /** Why its publisher advises against it. */
  readonly deprecated: string | undefined;
  /** The Node versions that it accepts, in its own words, and whether the Node that runs this is one. */
  readonly nodeEngine: string | undefined;
  readonly suitsNode: boolean;
  readonly licence: string | undefined;
  readonly unpackedBytes: number | undefined;
  readonly integrity: string | undefined;
}

/** A package with all versions that its registry still has. */
export interface PublishedPackage {
  readonly name: string;
  /** In the order of their publication, where that is known. */
  readonly versions: readonly PublishedVersion[];
  /** Versions by tag, such as `latest`. */
  readonly tags: Readonly<Record<string, string>>;
  readonly repositoryUrl: string | undefined;
}

/** A file of a package that tells of its changes. */
export interface ChangelogFile {
  readonly name: string;
  readonly text: string;
}

/** What a package says of itself, at its registry or within, in Markdown as its publisher wrote it. */
export interface PublishedReadme {
  readonly markdown: string;
  /** Where its source is. */
  readonly repositoryUrl: string | undefined;
}

export type PublishedRequest =
  | {
      readonly type: 'readme';
      readonly name: string;
      /** Whose package is looked into where the registry tells no README; the latest when absent. */
      readonly version: string | undefined;
      readonly cacheDir: string;
    }
  | { readonly type: 'versions'; readonly name: string; readonly cacheDir: string }
  | {
      readonly type: 'changelog';
      readonly name: string;
      readonly version: string;
      readonly cacheDir: string;
    };

export type PublishedAnswer =
  | { readonly type: 'versions'; readonly found: PublishedPackage }
  /** Undefined when the package ships none. */
  | { readonly type: 'changelog'; readonly found: ChangelogFile | undefined }
  /** Undefined when there is none. */
  | { readonly type: 'readme'; readonly found: PublishedReadme | undefined }
  | { readonly type: 'failed'; readonly failure: InstallFailure };
